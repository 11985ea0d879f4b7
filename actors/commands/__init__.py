"""What people do on the command line with leads, runs, agents and decisions: one file for each matter.

It may import everything of actors but `shell`, beside scoring_models and tenants. Only leadmill.py may import it.
"""
