def test_a_stranger_is_sent_to_the_sign_in(client, db):
    answer = client.get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/")


def test_the_cast_stands(team, cast):
    assert list(team.rotation.memberships.values_list("engineer__short_name", flat=True)) == ["A", "B", "C", "D"]
