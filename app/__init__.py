"""The application: configuration, extensions, pages, errors, commands; nothing else."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app import access_log, auth, cli, redaction, views
from app.extensions import db, migrate
from app.views import errors, headers
from app.views.templating import set_up_templates
from config import INSTANCE, ROOT, Config


def create_app(config: Config) -> Flask:
    """Return the application for one environment."""
    app = Flask(__name__, instance_path=str(INSTANCE.absolute()))
    app.config.from_object(config)
    if config.PROXIES:  # the address of the person alone: links come from PUBLIC_URL, never from a header
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.PROXIES, x_proto=0)  # type: ignore[method-assign]
    redaction.install(app.logger, app.config)
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    headers.init_app(app)  # before anybody is judged: what another site sends is refused to all alike
    auth.init_app(app)
    set_up_templates(app)
    views.init_app(app)
    errors.init_app(app)
    cli.init_app(app)
    access_log.init_app(app)  # the last: it is the first to see an answer
    return app
