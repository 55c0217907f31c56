"""What a targeting list says of a structure or an employer, in five words: where people look first, never a mark.

The words of people who work on the list; an employer reads none of them.
"""

from workflows.labels import LabelledEnum


class TargetClass(LabelledEnum):
    """The class of a structure. The last two are lists of their own: nothing known is neither good nor bad."""

    FIRST = "first", "À examiner en premier"
    NEXT = "next", "À examiner ensuite"
    REST = "rest", "Pas en priorité"
    TO_QUALIFY = "to_qualify", "À qualifier"
    SILENT = "silent", "Sans réponse"

    @property
    def letter(self) -> str:
        """The letter of the class among people who know it; empty for the lists apart."""
        return {"first": "A", "next": "B", "rest": "C"}.get(self.value, "")


WORST_FIRST = (TargetClass.FIRST, TargetClass.NEXT, TargetClass.TO_QUALIFY, TargetClass.SILENT, TargetClass.REST)
"""The order in which the structures of one employer give it theirs: what is not known comes before what is fine."""
