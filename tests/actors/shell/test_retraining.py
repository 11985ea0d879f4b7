"""What the command says before and while it works. On a real Ray it is tried in tests/serve."""

import re
from collections import Counter

from typer.testing import CliRunner

import leadmill
from actors.shell import retraining


def test_a_folder_without_a_file_for_a_tenant_is_wrong_use(tmp_path):
    for words, told in (([], "there is no TENANT.csv"), (["--tenant=acme"], "acme.csv")):
        done = CliRunner().invoke(leadmill.app, ["model", "retrain", f"--folder={tmp_path}", *words])
        assert done.exit_code == 2
        assert "".join(told.split()) in re.sub(r"[\s│]", "", done.output)  # it is broken where the box ends


def test_without_a_terminal_there_is_a_line_every_few_seconds_and_a_last_one(capsys, monkeypatch):
    now = 100.0
    monkeypatch.setattr(retraining.time, "monotonic", lambda: now)
    with retraining._progress(40) as tell:
        for ended in range(1, 41):
            now += 0.5
            tell(Counter({"trained": ended - 1, "failed": 1}))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "6 of 40 tenants: 5 trained, 1 failed"
    assert len(lines) == 7  # 20 s: a line every 3 s, and one at the end
    assert lines[-1] == "40 of 40 tenants: 39 trained, 1 failed"
