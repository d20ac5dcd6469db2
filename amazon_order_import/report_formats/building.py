"""Instances of frozen dataclasses with slots, made fast."""

from dataclasses import fields


def make_builder(row_class):
    """A function that makes an instance of a frozen dataclass with slots.

    It takes the values of all fields, in their order, and does what the class's own
    ``__init__`` does; that one asks Python for each field whether it may be set, which
    is most of the time that reading a row takes.
    """
    # The fields are set while the instance is still a draft, which may be changed.
    plain = {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    draft = type(f"{row_class.__name__}Draft", (row_class,), {"__slots__": (), **plain})
    targets = ", ".join(f"row.{field.name}" for field in fields(row_class))
    source = f"""
def build(values):
    row = new(draft)
    {targets} = values
    row.__class__ = row_class
    return row
"""
    scope = {"new": object.__new__, "draft": draft, "row_class": row_class}
    # As `dataclasses` makes its functions; the names are those of the class.
    exec(source, scope)  # noqa: S102
    return scope["build"]
