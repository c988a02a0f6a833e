"""How people sign in, in our words."""

from allauth.account.forms import LoginForm


class SignInForm(LoginForm):
    """allauth's form, its labels in plain English."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "Username or e-mail"
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
