import json
import re
from html.parser import HTMLParser

from scoring_models.tables.drawing import bars, curves
from scoring_models.tables.report import Report, write_report
from scoring_models.tables.telling import as_answer, report_of
from tests.scoring_models.tables import exports

TRAINED = exports.trained()
REPORT = report_of(TRAINED, "fit-1")


class Tags(HTMLParser):
    """Open tags must be closed in their order."""

    def __init__(self):
        super().__init__()
        self.open, self.met = [], []

    def handle_starttag(self, tag, attrs):
        self.met.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        self.met.append((tag, dict(attrs)))


def test_the_report_is_one_page_that_loads_nothing(tmp_path):
    write_report(REPORT, tmp_path / "deep" / "fit-1.html")
    page = (tmp_path / "deep" / "fit-1.html").read_text()
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert not [one for _, attrs in tags.met for one in ("src", "href") if one in attrs]
    assert not re.search(r"https?://|@import|url\(", page)
    assert page.count("<svg") == 3
    for words in (
        "ROC-AUC",
        "lift at 1 %",
        "Lead Id",
        "an identifier",
        "Industry",
        "logistic baseline",
        "SHA-256",
    ):
        assert words in page, words


def test_the_json_beside_it_says_the_same(tmp_path):
    write_report(REPORT, tmp_path / "fit-1.html")
    assert Report.model_validate(json.loads((tmp_path / "fit-1.json").read_text())) == REPORT


def test_what_a_file_says_can_not_become_part_of_the_page(tmp_path):
    columns = {**exports.export(800), "<script>alert(1)</script>": exports.export(800, seed=3)["Demo"]}
    columns["Industry"] = ["<b>" if value == "Select" else value for value in columns["Industry"]]
    trained = exports.trained_on(columns, exports.TRAINED_WISH)
    write_report(report_of(trained, "fit-1"), tmp_path / "fit-1.html")
    page = (tmp_path / "fit-1.html").read_text()
    assert "<script>" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page


def test_the_measures_of_the_report_are_those_of_the_model():
    values = {name: one.value for name, one in REPORT.evaluation.measures.items()}
    assert values == TRAINED.model.facts.metrics
    assert REPORT.evaluation.measures["roc_auc"].low == TRAINED.model.facts.intervals["roc_auc"][0]


def test_the_answer_for_programs_has_these_keys_and_no_others():
    answer = as_answer(TRAINED, "fit-1")
    assert list(answer) == ["model", "rows", "positives", "excluded", "metrics", "intervals", "baseline"]
    assert list(answer["metrics"]) == ["roc_auc", "average_precision", "brier", "ece", "lift_10"]
    assert json.loads(json.dumps(answer))["model"] == "fit-1"


def test_lines_and_bars_stay_within_their_frame():
    drawn = curves("Gains", "x", "y", [("a", [(0, 0), (1, 1)])], dots=True) + bars(
        "B", "x", "y", [(0, 0), (5, 9)], ("won", "lost")
    )
    for x, y in re.findall(r"([\d.]+),([\d.]+)", drawn):
        assert 44 <= float(x) <= 344
        assert 12 <= float(y) <= 312
    heights = [float(height) for height in re.findall(r'height="([\d.]+)" fill="#', drawn)]
    assert heights == [0, 0, 166.7, 300]
