"""Who reads an entry: its author's organisation, the partners, or the partners and the employer."""

from workflows.labels import LabelledEnum


class Visibility(LabelledEnum):
    """The widest audience of an entry; the matrix of rights may still narrow it."""

    ORGANISATION = "organisation", "mon organisme"
    PARTNERS = "partners", "partenaires"
    EMPLOYER = "employer", "partenaires et employeur"
