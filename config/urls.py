"""All addresses."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

admin.autodiscover()
urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", include("config.api_urls")),
    path("sign-in/", auth.LoginView.as_view(template_name="sign_in.html"), name="login"),
    path("sign-out/", auth.LogoutView.as_view(), name="logout"),
    path("favicon.ico", RedirectView.as_view(url=static("img/wavebook.svg")), name="favicon"),
    path("language/", set_language, name="set_language"),
    path("", include("analytics.urls")),
    path("", include("measures.urls")),
    path("", include("surveys.urls")),
]
