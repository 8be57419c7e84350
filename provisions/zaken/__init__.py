"""The municipality's own case system (ZGW): signing in, the catalogue, zaken, and subscribing to notifications.

Speaks the standard only (VNG), and survives what servers do beyond it. Nothing here decides what an outcome is, and nothing
here knows our database but :mod:`provisions.zaken.servers`' secrets.
"""
