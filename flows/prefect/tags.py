"""Tags that all runs of a kind have, besides those of the face."""

PROVISION_TAG = "voorziening"
FORM_TAG = "formulier"
