"""An address as a picture for the camera of a telephone."""


def qr_code(address: str) -> str:
    """``address`` as a QR code: a ``data:`` address with an SVG, dark on white with its margin, for ``img``.

    It is in the page itself, so the secret in it is in no address that a browser asks for, and nobody else draws it.
    """
    import segno  # only where somebody sets up a second factor

    made = segno.make(address, error="m", micro=False)
    return str(made.svg_data_uri(border=4, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None))
