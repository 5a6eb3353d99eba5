"""The table that the chapter queries: one row a reading, found by meter and time."""
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


class MesureEnergie(db.Model):
    __tablename__ = "mesures_energie"
    __table_args__ = (db.Index("par_compteur", "compteur_id", "timestamp"),)
    id = db.Column(db.Integer, primary_key=True)
    compteur_id = db.Column(db.String, nullable=False)
    timestamp = db.Column(db.DateTime, nullable=False)
    energie_active_import = db.Column(db.Float)
    puissance_active_totale = db.Column(db.Float)
