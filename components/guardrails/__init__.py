"""What keeps a platform on AWS within its limits: a budget, and tags that say whose everything is."""

from components.guardrails.budget import Budget
from components.guardrails.tags import STACK_TAG, tags_of

__all__ = ["STACK_TAG", "Budget", "tags_of"]
