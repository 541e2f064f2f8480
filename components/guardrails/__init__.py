"""What keeps a platform on AWS within its limits: a budget, and tags that say whose everything is."""

from components.guardrails.budget import Budget
from components.guardrails.tags import STACK_TAG, TEAM_TAG, class_tags, tags_of, team_tags

__all__ = ["STACK_TAG", "TEAM_TAG", "Budget", "class_tags", "tags_of", "team_tags"]
