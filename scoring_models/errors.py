"""Everything that can go wrong when leads are judged. None of it heals by waiting.

ScoringError
├── DatasetError         a file of labelled leads that cannot be read
├── TooFewLabelsError    a data set too small to learn from
├── TrainingFailedError  a training elsewhere that did not end well
├── ModelUnknownError    no model of that label
├── ModelUnsignedError   a label that was not given by this installation
├── StoreAwayError       a store of models that does not answer
├── NoPriorError         no model that a tenant's own could be drawn from
├── NoReferenceError     a model of before its training set's spread was kept
├── ModelNameError       a name that cannot stand in a label
├── NotAdditiveError     a model that cannot be explained
├── FileUnreadableError  a file that is no table
├── NoColumnError        a column that a table does not have
├── ColumnUnfitError     a column that can't be what it was named for
├── LabelError           a column that can't be the label
├── SplitError           rows that can't be divided
├── NoInputsError        a table with nothing to look at
├── ColumnsMissingError  a table without what the model looks at
├── GatesClosedError     a model that is worse than the one that judges
├── NoProposalError      nothing to promote
├── NothingBeforeError   nothing to go back to
├── LeadUnknownError     no judgement of that lead
├── TooFewLeadsError     too few leads to look at
└── ArtifactError        a model file that must not be opened
    ├── ArtifactCorruptError
    ├── FeaturesDifferError
    ├── LibraryDiffersError
    └── TypesUntrustedError

Each class's docstring is its message; its fields are positional, so that the errors survive pickling by Ray.
"""


class ScoringError(Exception):
    """A lead could not be judged."""

    def __str__(self) -> str:
        """The docstring with the fields filled in."""
        return (self.__doc__ or "").format(**vars(self))


class DatasetError(ScoringError):
    """Line {line}, column {column}: {problem}."""

    def __init__(self, line: int, column: str, problem: str) -> None:
        super().__init__(line, column, problem)
        self.line = line
        self.column = column
        self.problem = problem


class TooFewLabelsError(ScoringError):
    """Not enough data: {won} won and {lost} lost leads, and training needs {needed} of each."""

    def __init__(self, won: int, lost: int, needed: int) -> None:
        super().__init__(won, lost, needed)
        self.won = won
        self.lost = lost
        self.needed = needed


class TrainingFailedError(ScoringError):
    """The training did not end well: {why}."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class ModelUnknownError(ScoringError):
    """There is no model {label!r}."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label


class ModelUnsignedError(ScoringError):
    """{label!r} was not named by this installation: `leadmill model sign` signs what the registry knows."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label


class StoreAwayError(ScoringError):
    """The models in {url} can't be reached: {problem}."""

    def __init__(self, url: str, problem: str) -> None:
        super().__init__(url, problem)
        self.url = url
        self.problem = problem


class NoPriorError(ScoringError):
    """No model judges everybody's leads yet, and a tenant's own is drawn from that one: train it, and promote it."""


class NoReferenceError(ScoringError):
    """{model} does not know how its training set was spread, as older models don't: train it anew."""

    def __init__(self, model: str) -> None:
        super().__init__(model)
        self.model = model


class ModelNameError(ScoringError):
    """{name!r} is not a model name: lower-case letters, digits and dashes, a letter first, at most 40."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class ArtifactError(ScoringError):
    """The model file {file} is refused: {problem}."""

    def __init__(self, file: str, problem: str) -> None:
        super().__init__(file, problem)
        self.file = file
        self.problem = problem


class ArtifactCorruptError(ArtifactError):
    """The model file {file} is damaged: {problem}."""


class FeaturesDifferError(ArtifactError):
    """The model file {file} was trained on other features: {problem}."""


class LibraryDiffersError(ArtifactError):
    """The model file {file} was trained with another scikit-learn: {problem}."""


class TypesUntrustedError(ArtifactError):
    """The model file {file} holds things that a model does not need: {problem}."""


class NotAdditiveError(ScoringError):
    """The model's log-odds are not the sum of what its features are worth: off by {difference:g}."""

    def __init__(self, difference: float) -> None:
        super().__init__(difference)
        self.difference = difference


class FileUnreadableError(ScoringError):
    """{file} can't be read: {problem}."""

    def __init__(self, file: str, problem: str) -> None:
        super().__init__(file, problem)
        self.file = file
        self.problem = problem


class NoColumnError(ScoringError):
    """{file} has no column {column!r}; there are {there}."""

    def __init__(self, file: str, column: str, there: str) -> None:
        super().__init__(file, column, there)
        self.file = file
        self.column = column
        self.there = there


class ColumnUnfitError(ScoringError):
    """{column} can't be {use}: {problem}."""

    def __init__(self, column: str, use: str, problem: str) -> None:
        super().__init__(column, use, problem)
        self.column = column
        self.use = use
        self.problem = problem


class LabelError(ScoringError):
    """{column} can't be the label: {problem}."""

    def __init__(self, column: str, problem: str) -> None:
        super().__init__(column, problem)
        self.column = column
        self.problem = problem


class SplitError(ScoringError):
    """The rows can't be divided into those to learn from and those to measure on: {problem}."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class NoInputsError(ScoringError):
    """{file} has no column that a model may look at ({why})."""

    def __init__(self, file: str, why: str) -> None:
        super().__init__(file, why)
        self.file = file
        self.why = why


class ColumnsMissingError(ScoringError):
    """{file} lacks {count} of the columns that the model looks at: {columns}."""

    def __init__(self, file: str, count: int, columns: str) -> None:
        super().__init__(file, count, columns)
        self.file = file
        self.count = count
        self.columns = columns


class GatesClosedError(ScoringError):
    """{label} may not take the place of the model that judges: {why}. `--despite REASON` proposes it all the same."""

    def __init__(self, label: str, why: str) -> None:
        super().__init__(label, why)
        self.label = label
        self.why = why


class NoProposalError(ScoringError):
    """Nothing is promoted: {why}."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NothingBeforeError(ScoringError):
    """{label} judges, and no model judged before it: there is nothing to go back to."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label


class LeadUnknownError(ScoringError):
    """{tenant} has no lead {lead} that was scored."""

    def __init__(self, lead: str, tenant: str) -> None:
        super().__init__(lead, tenant)
        self.lead = lead
        self.tenant = tenant


class TooFewLeadsError(ScoringError):
    """There are {found} leads, and this takes {needed}."""

    def __init__(self, found: int, needed: int) -> None:
        super().__init__(found, needed)
        self.found = found
        self.needed = needed
