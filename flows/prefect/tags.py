"""Tags that all runs of a kind have, besides what its provision gives it."""

PROVISION_TAG = "voorziening"
FORM_TAG = "formulier"
