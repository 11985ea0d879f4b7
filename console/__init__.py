"""The console: where people watch and decide.

Lives here: the frame around all pages, one file for each page, what they read and what people do there.
Data comes from `tenants.store` as the reading role; wishes are rows, written as the application role.
May import: `tenants` (and `scoring_models`). Never `ray`, `actors` or `serve`. May be imported by: the
command line.
"""
