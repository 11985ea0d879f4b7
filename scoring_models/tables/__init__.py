"""Models of any table of leads: a CRM's export with columns of its own.

Lives here: the table and the kinds of its columns, the label, the split, the leak screen, the learners, and the life
of such a model: training, measures, report, file, scoring.
May import: `tenants` and the rest of `scoring_models`. May be imported by: the command line.
"""
