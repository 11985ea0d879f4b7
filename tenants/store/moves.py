"""What a merge moves, and how it comes back: the statements, in the order in which they are run."""

from tenants.records import OWN_LEAD

# What a merge moves, in one place: what is remembered before is what is moved after.
_PEOPLE = """
    FROM contact c WHERE c.tenant_id = :tenant_id AND c.account_id = :other AND NOT EXISTS (
        SELECT FROM contact k WHERE k.tenant_id = :tenant_id AND k.account_id = :keep
        AND (lower(k.email) = lower(c.email) OR lower(k.full_name) = lower(c.full_name)))
"""
_VALUES = """
    FROM finding f WHERE f.tenant_id = :tenant_id AND f.subject_id = :other AND NOT EXISTS (
        SELECT FROM finding k WHERE k.tenant_id = :tenant_id AND k.subject_id = :keep
        AND k.field = f.field AND k.provider = f.provider AND k.found_at = f.found_at)
"""
_HAPPENED = """
    FROM signal s WHERE s.tenant_id = :tenant_id AND s.account_id = :other AND NOT EXISTS (
        SELECT FROM signal k WHERE k.tenant_id = :tenant_id AND k.account_id = :keep
        AND k.kind = s.kind AND lower(k.title) = lower(s.title))
"""
_QUESTIONS = """
    FROM account_review v WHERE v.tenant_id = :tenant_id AND (v.id = CAST(:review AS uuid) OR v.status = 'open' AND (
        v.account_id = :keep AND v.other_id = :other OR v.account_id = :other AND v.other_id = :keep))
"""
#: what is about to change, written down as it is; `filled` names the facts that the kept account gets
REMEMBER = f"""
    INSERT INTO account_merge (tenant_id, id, kept_id, merged_id, evidence, by, moved)
    SELECT :tenant_id, :id, k.id, o.id, CAST(:evidence AS text[]), :by, json_build_object(
        'kept_updated_at', k.updated_at,
        'filled', json_build_object({{filled}}),
        'contacts', (SELECT COALESCE(json_agg(json_build_object(
            'id', c.id, 'account_id', c.account_id, 'updated_at', c.updated_at)), '[]') {_PEOPLE}),
        'findings', (SELECT COALESCE(json_agg(json_build_object(
            'field', f.field, 'provider', f.provider, 'found_at', f.found_at, 'is_current', f.is_current)), '[]')
            {_VALUES}),
        'signals', (SELECT COALESCE(json_agg(json_build_object('id', s.id)), '[]') {_HAPPENED}),
        'leads', (SELECT COALESCE(json_agg(json_build_object(
            'id', l.id, 'account_id', l.account_id, 'hold', l.hold, 'hold_reason', l.hold_reason,
            'updated_at', l.updated_at, 'is_closed', l.id = ANY(CAST(:closed AS uuid[])))), '[]')
            FROM lead l WHERE l.tenant_id = :tenant_id
            AND (l.id = CAST(:goes_on AS uuid) OR l.id = ANY(CAST(:closed AS uuid[])))),
        'runs', (SELECT COALESCE(json_agg(json_build_object(
            'id', r.id, 'status', r.status, 'attempt', r.attempt, 'unfinished', r.unfinished, 'due_at', r.due_at,
            'reason', r.reason, 'missing', r.missing, 'approval_id', r.approval_id)), '[]')
            FROM run r WHERE r.tenant_id = :tenant_id
            AND (r.lead_id = ANY(CAST(:closed AS uuid[])) AND r.status = ANY(CAST(:states AS text[]))
                 OR r.lead_id = CAST(:goes_on AS uuid) AND r.status = 'skipped'
                    AND r.missing = ANY(CAST(:missed AS text[])))),
        'approvals', (SELECT COALESCE(json_agg(p.id), '[]') FROM approval p WHERE p.tenant_id = :tenant_id
            AND p.status = 'pending' AND p.lead_id = ANY(CAST(:closed AS uuid[]))),
        'aliases', (SELECT COALESCE(json_agg(s.alias_key), '[]') FROM account_alias s
            WHERE s.tenant_id = :tenant_id AND s.account_id = :other),
        'merged', (SELECT COALESCE(json_agg(a.id), '[]') FROM account a
            WHERE a.tenant_id = :tenant_id AND a.merged_into = :other),
        'reviews', (SELECT COALESCE(json_agg(v.id), '[]') {_QUESTIONS})
    ) FROM account k, account o
    WHERE k.tenant_id = :tenant_id AND k.id = :keep AND o.tenant_id = :tenant_id AND o.id = :other
"""
#: what the other account has, given to the one that is kept; the facts that this has of its own stay current
MOVE = (
    f"""
    UPDATE contact SET account_id = :keep, updated_at = now()
    WHERE tenant_id = :tenant_id AND id IN (SELECT c.id {_PEOPLE})
    """,
    f"""
    UPDATE finding SET subject_id = :keep,
        is_current = is_current AND field <> ALL(CAST(:own AS text[])) AND NOT EXISTS (
        SELECT FROM finding k WHERE k.tenant_id = :tenant_id AND k.subject_id = :keep
        AND k.field = finding.field AND k.is_current)
    WHERE tenant_id = :tenant_id AND subject_id = :other
    AND (field, provider, found_at) IN (SELECT f.field, f.provider, f.found_at {_VALUES})
    """,
    f"UPDATE signal SET account_id = :keep WHERE tenant_id = :tenant_id AND id IN (SELECT s.id {_HAPPENED})",
    "UPDATE account_alias SET account_id = :keep WHERE tenant_id = :tenant_id AND account_id = :other",
    """
    INSERT INTO account_alias (tenant_id, alias_key, account_id, evidence, by)
    SELECT m.tenant_id, o.identity_key, m.kept_id, m.evidence, m.by
    FROM account_merge m JOIN account o ON o.tenant_id = m.tenant_id AND o.id = m.merged_id
    WHERE m.tenant_id = :tenant_id AND m.id = :id
    """,
    "UPDATE account SET merged_into = :keep WHERE tenant_id = :tenant_id AND (id = :other OR merged_into = :other)",
    """
    UPDATE account_review v SET status = 'same', decided_by = m.by, decided_at = now()
    FROM account_merge m WHERE m.tenant_id = :tenant_id AND m.id = :id AND v.tenant_id = m.tenant_id
    AND v.status = 'open' AND v.id IN (SELECT CAST(json_array_elements_text(m.moved -> 'reviews') AS uuid))
    """,
)
#: leads that go no further, and what would go on for them
CLOSE = (
    """
    UPDATE lead SET hold = 'skipped', hold_reason = :reason, duplicate_of = :goes_on, updated_at = now()
    WHERE tenant_id = :tenant_id AND id = ANY(CAST(:ids AS uuid[]))
    """,
    """
    UPDATE run SET status = 'skipped', due_at = NULL, reason = :reason, missing = :missing, approval_id = NULL
    WHERE tenant_id = :tenant_id AND lead_id = ANY(CAST(:ids AS uuid[])) AND status = ANY(CAST(:states AS text[]))
    """,
    """
    UPDATE approval SET status = 'superseded', settled_at = now()
    WHERE tenant_id = :tenant_id AND lead_id = ANY(CAST(:ids AS uuid[])) AND status = 'pending'
    """,
)
_UNDONE = "FROM account_merge m, json_populate_recordset(NULL::{table}, m.moved -> '{table}s') AS was"
_THIS = "m.tenant_id = :tenant_id AND m.id = :id"
_IDS = "IN (SELECT CAST(json_array_elements_text(m.moved -> '{}') AS uuid))"
#: everything back where it was, unless it has gone on since
RESTORE = (
    f"""
    UPDATE contact c SET account_id = was.account_id,
        updated_at = CASE WHEN c.updated_at = m.at THEN was.updated_at ELSE c.updated_at END
    {_UNDONE.format(table="contact")} WHERE {_THIS} AND c.tenant_id = m.tenant_id AND c.id = was.id
    """,
    # what was forgotten since, as its licence wants it, does not come back
    f"""
    UPDATE finding f SET subject_id = m.merged_id, is_current = was.is_current AND NOT EXISTS (
        SELECT FROM finding n WHERE n.tenant_id = m.tenant_id AND n.subject_id = m.merged_id
        AND n.field = was.field AND n.is_current)
    {_UNDONE.format(table="finding")}
    WHERE {_THIS} AND f.tenant_id = m.tenant_id AND f.subject_id = m.kept_id AND f.field = was.field
    AND f.provider = was.provider AND f.found_at = was.found_at AND NOT EXISTS (
        SELECT FROM finding n WHERE n.tenant_id = m.tenant_id AND n.subject_id = m.merged_id
        AND n.field = was.field AND n.provider = was.provider AND n.found_at = was.found_at)
    """,
    f"""
    UPDATE signal s SET account_id = m.merged_id {_UNDONE.format(table="signal")}
    WHERE {_THIS} AND s.tenant_id = m.tenant_id AND s.id = was.id AND s.account_id = m.kept_id
    """,
    f"""
    UPDATE lead l SET account_id = was.account_id, duplicate_of = NULL,
        hold = CASE WHEN l.duplicate_of IS NOT NULL OR l.updated_at = m.at THEN was.hold ELSE l.hold END,
        hold_reason = CASE WHEN l.duplicate_of IS NOT NULL OR l.updated_at = m.at THEN was.hold_reason
                      ELSE l.hold_reason END,
        updated_at = CASE WHEN l.updated_at = m.at THEN was.updated_at ELSE l.updated_at END
    {_UNDONE.format(table="lead")} WHERE {_THIS} AND l.tenant_id = m.tenant_id AND l.id = was.id
    """,
    f"""
    UPDATE run r SET status = was.status, attempt = was.attempt, unfinished = was.unfinished, due_at = was.due_at,
        reason = was.reason, missing = was.missing, approval_id = was.approval_id
    {_UNDONE.format(table="run")} WHERE {_THIS} AND r.tenant_id = m.tenant_id AND r.id = was.id
    AND (r.status = 'skipped' AND r.missing = '{OWN_LEAD}' OR r.status = 'retrying' AND r.attempt = 0)
    """,
    f"""
    UPDATE approval p SET status = 'pending', settled_at = NULL FROM account_merge m
    WHERE {_THIS} AND p.tenant_id = m.tenant_id AND p.status = 'superseded' AND p.id {_IDS.format("approvals")}
    """,
    f"""
    DELETE FROM account_alias s USING account_merge m, account o WHERE {_THIS} AND o.tenant_id = m.tenant_id
    AND o.id = m.merged_id AND s.tenant_id = m.tenant_id AND s.alias_key = o.identity_key AND s.account_id = m.kept_id
    """,
    f"""
    UPDATE account_alias s SET account_id = m.merged_id FROM account_merge m WHERE {_THIS} AND s.tenant_id = m.tenant_id
    AND s.alias_key IN (SELECT json_array_elements_text(m.moved -> 'aliases'))
    """,
    f"""
    UPDATE account a SET merged_into = CASE WHEN a.id = m.merged_id THEN NULL ELSE m.merged_id END FROM account_merge m
    WHERE {_THIS} AND a.tenant_id = m.tenant_id AND (a.id = m.merged_id OR a.id {_IDS.format("merged")})
    """,
    f"""
    UPDATE account_review v SET status = 'open', decided_by = NULL, decided_at = NULL FROM account_merge m
    WHERE {_THIS} AND v.tenant_id = m.tenant_id AND v.status = 'same' AND v.id {_IDS.format("reviews")}
    """,
)
#: the facts of the kept account as they were; `facts` are the assignments
RESTORE_FACTS = f"""
    UPDATE account k SET {{facts}},
        updated_at = CASE WHEN k.updated_at = m.at THEN CAST(m.moved ->> 'kept_updated_at' AS timestamptz)
                     ELSE k.updated_at END
    FROM account_merge m, json_populate_record(NULL::account, m.moved -> 'filled') AS given
    WHERE {_THIS} AND k.tenant_id = m.tenant_id AND k.id = m.kept_id
"""
