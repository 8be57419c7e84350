"""What an administrator sets up in an Open Zaak for the trial: a catalogus, two zaaktypen, two applications and their rights.

Fed to its ``manage.py shell`` (``README.md`` beside this says how); **all zaken and catalogi that are there are deleted**. By its
models, because a resultaattype made by its API fetches from the selectielijst at once, and here nothing goes out.
"""

from datetime import date

from dateutil.relativedelta import relativedelta
from openzaak.components.autorisaties.models import CatalogusAutorisatie
from openzaak.components.catalogi.models import Catalogus, ResultaatType, RolType, StatusType, ZaakType
from openzaak.components.zaken.models import Zaak
from vng_api_common.authorizations.models import Applicatie, Autorisatie
from vng_api_common.models import JWTSecret

RSIN = "002564440"
SECRET = "een-geheim-van-meer-dan-tweeendertig-tekens"
NOWHERE = "http://127.0.0.1:9/selectielijst"
SCOPES = ["zaken.lezen", "zaken.aanmaken", "zaken.bijwerken", "zaken.statussen.toevoegen"]

Zaak.objects.all().delete()
ZaakType.objects.all().delete()
Catalogus.objects.all().delete()
Applicatie.objects.all().delete()
JWTSecret.objects.all().delete()

catalogue = Catalogus.objects.create(naam="Loketten", domein="LOKET", rsin=RSIN, contactpersoon_beheer_naam="Beheer")
for identification, begins, ends, results in (
    ("B0255", date(2020, 1, 1), None, ("Verstrekt", "Geweigerd", "Ingetrokken", "Niet ontvankelijk")),
    ("B0366", date(2020, 1, 1), date(2026, 1, 1), ("Toegekend", "Afgewezen", "Ingetrokken")),
    (
        "B0366",
        date(2026, 1, 1),
        None,
        ("Toegekend", "Afgewezen", "Ingetrokken"),
    ),  # from the day on which the other ends
):
    made = ZaakType.objects.create(
        catalogus=catalogue,
        identificatie=identification,
        zaaktype_omschrijving=f"Behandelen {identification}",
        doel="proef",
        aanleiding="proef",
        indicatie_intern_of_extern="extern",
        handeling_initiator="aanvragen",
        onderwerp="proef",
        handeling_behandelaar="behandelen",
        doorlooptijd_behandeling=relativedelta(days=56),
        servicenorm_behandeling=relativedelta(days=5),
        opschorting_en_aanhouding_mogelijk=True,
        verlenging_mogelijk=False,
        publicatie_indicatie=False,
        referentieproces_naam="proef",
        producten_of_diensten=[],
        datum_begin_geldigheid=begins,
        datum_einde_geldigheid=ends,
        versiedatum=begins,
        vertrouwelijkheidaanduiding="zaakvertrouwelijk",
        selectielijst_procestype=f"{NOWHERE}/procestypen/1",
        selectielijst_procestype_jaar=2020,
        verantwoordelijke=RSIN,
        concept=True,
    )
    for number, name in enumerate(("Ontvangen", "In behandeling", "Afgehandeld"), 1):
        StatusType.objects.create(zaaktype=made, statustypevolgnummer=number, statustype_omschrijving=name)
    for name in results:
        ResultaatType.objects.create(
            zaaktype=made,
            omschrijving=name,
            omschrijving_generiek=name,
            selectielijstklasse=f"{NOWHERE}/resultaten/1",
            archiefnominatie="vernietigen",
            archiefactietermijn=relativedelta(years=10),
            brondatum_archiefprocedure_afleidingswijze="afgehandeld",
        )
    RolType.objects.create(zaaktype=made, omschrijving="Behandelaar", omschrijving_generiek="behandelaar")
    made.publish()

JWTSecret.objects.create(identifier="loket", secret=SECRET)
Applicatie.objects.create(client_ids=["loket"], label="Zaaksysteem van het loket", heeft_alle_autorisaties=True)
JWTSecret.objects.create(identifier="te-veel", secret=SECRET)
much = Applicatie.objects.create(client_ids=["te-veel"], label="Wat te veel mag")
JWTSecret.objects.create(identifier="basisvoorzieningen", secret=SECRET)
ours = Applicatie.objects.create(client_ids=["basisvoorzieningen"], label="Regie basisvoorzieningen")
for application, scopes in ((ours, SCOPES), (much, [*SCOPES, "zaken.heropenen"])):
    CatalogusAutorisatie.objects.create(
        applicatie=application,
        catalogus=catalogue,
        component="zrc",
        scopes=scopes,
        max_vertrouwelijkheidaanduiding="zaakvertrouwelijk",
    )
    for component, scope in (
        ("ztc", "catalogi.lezen"),
        ("ac", "autorisaties.lezen"),
        ("nrc", "notificaties.consumeren"),
    ):
        Autorisatie.objects.create(applicatie=application, component=component, scopes=[scope])
