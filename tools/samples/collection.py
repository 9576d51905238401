"""The invented collection: what is known of each object, as the rows of its table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

MUSEUM = "Museum am Fluss"


@dataclass(frozen=True)
class Thing:
    """One row of the table; `body` names the picture's maker, empty for other files."""

    number: str
    file: str
    title: str
    title_en: str
    text: str
    text_en: str
    material: str
    size: str
    dating: str
    made: date
    author: str
    keywords: str
    place: str
    lat: float
    lon: float
    body: str = ""
    second_author: str = ""
    helpers: str = ""
    kind: str = "Foto"
    licence: str = "CC0 1.0"


def _photo(number: str, body: str, title: tuple[str, str], text: tuple[str, str],
           details: tuple[str, str, str], made: date, people: tuple[str, str, str],
           keywords: str, place: tuple[str, float, float]) -> Thing:  # fmt: skip
    return Thing(
        number, f"{number}_{body.replace('_', '-')}.jpg", *title, *text, *details, made, people[0],
        keywords, *place, body=body, second_author=people[1], helpers=people[2],
    )  # fmt: skip


STEIN = ("Holzhausen, Flur Am Stein", 50.8911, 11.6042)
UFER = ("Holzhausen, Mühlufer", 50.8874, 11.6127)
KLOSTER = ("Holzhausen, Klosterhof", 50.8932, 11.5978)
HANDEL = ("Kunsthandel, Fundort unbekannt", 50.8899, 11.6001)
BRANDT, SOMMER, ILIC = "Brandt, Mareike", "Sommer, Jonas", "Ilić, Vesna"

THINGS = (
    _photo("SH-1998-004", "amphora",
        ("Weinamphore mit Streifenbemalung", "Wine amphora with painted bands"),
        ("Zweihenklige Amphore aus hellem Ton. Schulter und Hals tragen dunkle Streifen.",
         "Two-handled amphora of light clay with dark bands on shoulder and neck."),
        ("Keramik", "H 41,5 cm, Dm 24,8 cm", "2. Jh. n. Chr."), date(2021, 3, 16),
        (BRANDT, "", "Köhler, Anna; Öztürk, Deniz"), "Keramik; Amphore; römisch", STEIN),
    _photo("SH-1998-011", "bowl",
        ("Schüssel mit rotem Überzug", "Bowl with red slip"),
        ("Schüssel auf Standring, innen eine eingedrückte Rosette.",
         "Bowl on a foot ring with a rosette stamped inside."),
        ("Keramik, Glanztonüberzug", "H 8,9 cm, Dm 22,1 cm", "um 150 n. Chr."), date(2021, 3, 16),
        (BRANDT, "", "Köhler, Anna"), "Keramik; Tafelgeschirr; römisch", STEIN),
    _photo("SH-1999-002", "coin",
        ("Bronzemünze des Lucius Amnis", "Bronze coin of Lucius Amnis"),
        ("Vorderseite: Kopf nach rechts, Umschrift LVCIVS AMNIS HOLZVS. Grüne Patina.",
         "Obverse: head right, legend LVCIVS AMNIS HOLZVS. Green patina."),
        ("Bronze", "Dm 28 mm, 10,42 g", "161 n. Chr."), date(2021, 3, 17),
        (SOMMER, BRANDT, ""), "Münze; Numismatik; Bronze", UFER),
    _photo("SH-2001-018", "beaker",
        ("Becher aus grünem Glas", "Beaker of green glass"),
        ("Dünnwandiger Becher mit umlaufendem Glasfaden, leicht irisierend.",
         "Thin-walled beaker with a trailed thread, slightly iridescent."),
        ("Glas", "H 12,6 cm", "4. Jh. n. Chr."), date(2021, 3, 17),
        (BRANDT, "", ""), "Glas; Trinkgefäß", STEIN),
    _photo("SH-2003-017", "figurine",
        ("Stehende Figur mit Kappe", "Standing figure with a cap"),
        ("Handgeformte Figur, die Hände vor dem Leib, mit Streifen bemalt.",
         "Hand-shaped figure with its hands before the body and painted stripes."),
        ("Terrakotta", "H 14,2 cm", "unbestimmt"), date(2021, 4, 8),
        (ILIC, "", "Köhler, Anna"), "Figur; Terrakotta; Kleinplastik", HANDEL),
    _photo("SH-2004-009", "tablet",
        ("Tontafel mit Keilschrift", "Clay tablet with cuneiform signs"),
        ("Tafel mit elf Zeilen, ein Abguss für den Unterricht.",
         "Tablet of eleven lines, a cast made for teaching."),
        ("Ton", "11,5 × 9,0 × 3,0 cm", "um 1930"), date(2021, 4, 8),
        (ILIC, SOMMER, ""), "Keilschrift; Abguss; Lehrsammlung", HANDEL),
    _photo("SH-2006-021", "oil_lamp",
        ("Öllampe mit Rußspuren", "Oil lamp with traces of soot"),
        ("Bildlampe mit strahlenförmiger Schulter und Ringhenkel.",
         "Lamp with a rayed shoulder and a ring handle."),
        ("Keramik", "L 10,9 cm", "1. Hälfte 2. Jh. n. Chr."), date(2021, 4, 9),
        (BRANDT, "", "Öztürk, Deniz"), "Keramik; Lampe; römisch", STEIN),
    _photo("SH-2007-003", "column",
        ("Kannelierte Säulentrommel", "Fluted column drum"),
        ("Unterer Teil einer Säule mit Basis, oben gebrochen, mit Flechten.",
         "Lower part of a column with its base, broken above, with lichen."),
        ("Kalkstein", "H 84 cm", "2. Jh. n. Chr."), date(2021, 6, 2),
        (SOMMER, "", ""), "Architektur; Säule; Kalkstein", UFER),
    _photo("SH-2009-014", "mosaic",
        ("Mosaikfeld mit Fisch", "Mosaic panel with a fish"),
        ("Ausschnitt eines Fußbodens: blauer Fisch zwischen Wellenlinien, rot gerahmt.",
         "Part of a floor: a blue fish between waves in a red frame."),
        ("Naturstein, Glas", "84 × 60 cm", "3. Jh. n. Chr."), date(2021, 6, 2),
        (SOMMER, ILIC, "Köhler, Anna"), "Mosaik; Fußboden; Fisch", UFER),
    _photo("SH-2010-007", "sherd",
        ("Scherbe mit Zickzackband", "Sherd with a zigzag band"),
        ("Randscherbe eines großen Gefäßes mit schwarzer Bemalung.",
         "Rim sherd of a large vessel painted in black."),
        ("Keramik", "9,3 × 8,1 cm", "8. Jh. v. Chr."), date(2021, 6, 3),
        (BRANDT, "", ""), "Keramik; Scherbe; Bemalung", HANDEL),
    _photo("SH-2010-029", "tile",
        ("Grün glasierte Ofenkachel", "Green glazed stove tile"),
        ("Blattkachel mit Rosette, die Glasur an einer Ecke abgeplatzt.",
         "Panel tile with a rosette; glaze lost at one corner."),
        ("Keramik, Bleiglasur", "21 × 21 cm", "um 1560"), date(2021, 6, 3),
        (ILIC, "", ""), "Ofenkachel; Glasur; Renaissance", KLOSTER),
    _photo("SH-2011-040", "brick",
        ("Ziegel mit Stempel und Pfotenabdruck", "Brick with stamp and paw print"),
        ("Ziegel mit dem Stempel LEG XXX; ein Hund lief über den feuchten Ton.",
         "Brick stamped LEG XXX; a dog walked over the wet clay."),
        ("Ziegel", "30 × 15 × 6 cm", "2. Jh. n. Chr."), date(2021, 6, 3),
        (SOMMER, BRANDT, "Öztürk, Deniz"), "Ziegel; Stempel; römisch", STEIN),
    _photo("SH-2011-044", "necklace",
        ("Kette aus Glas- und Bernsteinperlen", "String of glass and amber beads"),
        ("34 Perlen in neuer Fädelung; die alte Reihenfolge ist nicht überliefert.",
         "34 beads, restrung; their former order is not known."),
        ("Glas, Bernstein", "L 46 cm", "6. Jh. n. Chr."), date(2021, 6, 4),
        (BRANDT, "", "Köhler, Anna"), "Schmuck; Perlen; Bernstein", KLOSTER),
    Thing("SH-2011-031", "SH-2011-031_bowl.obj", "Schüssel, 3D-Modell", "Bowl, 3D model",
        "Texturiertes Oberflächenmodell der Schüssel aus der Kellerverfüllung.",
        "Textured surface model of the bowl from the fill of the cellar.",
        "Keramik", "H 11,6 cm, Dm 29,4 cm", "um 150 n. Chr.", date(2022, 2, 10), ILIC,
        "3D-Modell; Keramik; Tafelgeschirr", *STEIN, second_author=SOMMER, kind="3D-Modell"),
    Thing("SH-2011-032", "SH-2011-032_jar.glb", "Topf aus grauer Ware, 3D-Modell",
        "Grey ware jar, 3D model",
        "Texturiertes Oberflächenmodell eines vollständig erhaltenen Topfes.",
        "Textured surface model of a jar that is preserved whole.",
        "Keramik", "H 19,3 cm", "3. Jh. n. Chr.", date(2022, 2, 11), ILIC,
        "3D-Modell; Keramik; graue Ware", *STEIN, kind="3D-Modell", licence="CC BY 4.0"),
    Thing("SH-2011-000", "SH-2011-000_report.pdf", "Ausgrabung Flur Am Stein, Kurzbericht 2011",
        "Excavation at Am Stein, short report 2011",
        "Bericht über die Grabung 2011 mit einer Liste der Fundnummern.",
        "Report on the excavation of 2011 with a list of finds.",
        "PDF", "2 Seiten", "2011", date(2011, 11, 4), SOMMER,
        "Grabungsbericht; Archäologie", *STEIN, kind="Dokument", licence="CC BY 4.0"),
    Thing("SH-2012-005", "SH-2012-005_spindle-whorl.jpg", "Spinnwirtel (noch nicht fotografiert)",
        "Spindle whorl (not photographed yet)", "Die Aufnahme steht noch aus.",
        "The photograph is still to be taken.", "Ton", "Dm 3,1 cm", "unbestimmt",
        date(2022, 9, 1), BRANDT, "Textil; Werkzeug", *KLOSTER),
)  # fmt: skip
