"""The chapter's routes over SQLite: `serve.py load FILE.csv DB` fills the table, `gunicorn "serve:create(DB)"` serves it."""
import csv
import sys
from datetime import datetime, timezone

from flask import Flask

from app.api_immeuble import immeuble_bp
from app.models import MesureEnergie, db


def create(path):
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{path}"
    db.init_app(app)
    app.register_blueprint(immeuble_bp)
    return app


def load(source, path):
    app = create(path)
    with app.app_context(), open(source, newline="") as file:
        db.create_all()
        rows = []
        for line in csv.DictReader(file):
            at = datetime.fromisoformat(line["at"]).astimezone(timezone.utc).replace(tzinfo=None)
            rows.append(
                {
                    "compteur_id": line["meter"],
                    "timestamp": at,
                    "energie_active_import": int(line["energy_import_wh"]) / 1000,
                    "puissance_active_totale": float(line["power_w"]),
                }
            )
            if len(rows) == 20_000:
                db.session.execute(db.insert(MesureEnergie), rows)
                rows = []
        if rows:
            db.session.execute(db.insert(MesureEnergie), rows)
        db.session.commit()


if __name__ == "__main__" and sys.argv[1] == "load":
    load(sys.argv[2], sys.argv[3])
