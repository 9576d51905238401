"""Dates as people write them: what is certain, what is kept as words, what is not read."""

import pytest
from edtf import parse_edtf

from hdp.metadata.dates import needs_order, order_of, to_iso
from hdp.metadata.datings import read_dating

CERTAIN = """
1890 = 1890
0150 = 0150
150 n. Chr. = 0150
AD 150 = 0150
1890-11 = 1890-11
11.1890 = 1890-11
25.03.1987 = 1987-03-25
03/25/1987 = 1987-03-25
3.3.1987 = 1987-03-03
1987/3/25 = 1987-03-25
12. März 1987 = 1987-03-12
12. Maerz 1987 = 1987-03-12
Jänner 1900 = 1900-01
12 March 1987 = 1987-03-12
12th of March, 1987 = 1987-03-12
March 12, 1987 = 1987-03-12
12-Mar-1987 = 1987-03-12
12 mars 1987 = 1987-03-12
1er août 1914 = 1914-08-01
févr. 1900 = 1900-02
2019-05-04T00:00:00Z = 2019-05-04
2019:05:04 00:00:00 = 2019-05-04
1890-1900 = 1890/1900
1890–1900 = 1890/1900
1890/91 = 1890/1891
1890-91 = 1890/1891
1890 bis 1900 = 1890/1900
1890/.. = 1890/..
1987-03-12 - 1987-03-15 = 1987-03-12/1987-03-15
1.1.1900 - 31.12.1910 = 1900-01-01/1910-12-31
200-100 v. Chr. = -0199/-0099
5 BC = -0004
"""
WORDS = """
um 1890 = 1890~
ca. 1890 = 1890~
ca.1890 = 1890~
c. 1890 = 1890~
circa 1890 = 1890~
about 1890 = 1890~
vers 1890 = 1890~
1890 (?) = 1890?
1890? = 1890?
um 1890? = 1890%
wohl 1890 = 1890?
1890er = 1890/1899
1890er Jahre = 1890/1899
the 1890s = 1890/1899
Anfang 1920er Jahre = 1920/1929
vor 1900 = ../1900
before 1900 = ../1900
avant 1900 = ../1900
after 1900 = 1900/..
nach 1900 = 1900/..
ab 1912 = 1912/..
zwischen 1890 und 1900 = 1890/1900
between 1890 and 1900 = 1890/1900
ca. 1890 - ca. 1900 = 1890~/1900~
um 1200 v. Chr. = -1199~
2. Jh. n. Chr. = 0101/0200
2nd century AD = 0101/0200
IIe siècle apr. J.-C. = 0101/0200
19. Jh. = 1801/1900
19. Jahrhundert = 1801/1900
XIXe siècle = 1801/1900
Ende 19. Jh. = 1801/1900
late 19th century = 1801/1900
2. Hälfte 19. Jh. = 1851/1900
zweite Hälfte des 19. Jahrhunderts = 1851/1900
2nd quarter of the 19th century = 1826/1850
letztes Viertel 19. Jh. = 1876/1900
18./19. Jh. = 1701/1900
2. Jh. v. Chr. = -0199/-0100
Sommer 1890 = 1890
2019-05-04 12:33:00 = 2019-05-04
"""
UNREAD = (
    "03/12/1987", "12.03.1987", "12.03.87", "30.02.1987", "1984-06-31", "1890/11", "1900-1890",
    "1900er", "15", "hello", "undatiert", "o. J.", "v. 1900", "", " ", "0", "-", "x" * 500,
    "189²", "22. Jh.", "13.13.2013", "um", "vor", "1890 1900", "12345", "3. Hälfte 19. Jh.",
)  # fmt: skip


def lines(text):
    return [tuple(one.split(" = ")) for one in text.strip().splitlines()]


@pytest.mark.parametrize(("text", "edtf"), lines(CERTAIN))
def test_certain_dates(text, edtf):
    found = read_dating(text)
    assert found is not None and found.exact and found.edtf == edtf


@pytest.mark.parametrize(("text", "edtf"), lines(WORDS))
def test_words_that_say_more_than_dates(text, edtf):
    found = read_dating(text)
    assert found is not None and not found.exact and found.edtf == edtf


@pytest.mark.parametrize("edtf", sorted({one for _, one in lines(CERTAIN) + lines(WORDS)}))
def test_what_is_made_is_edtf(edtf):
    assert parse_edtf(edtf) is not None


@pytest.mark.parametrize("text", UNREAD)
def test_what_is_not_certain_is_not_read(text):
    assert read_dating(text) is None


def test_edtf_that_people_write():
    assert read_dating("1890~").edtf == "1890~"
    assert (read_dating("189X").start, read_dating("189X").end) == ("1890", "1899")
    assert read_dating("[1667,1668]").edtf == "1667/1668"
    assert read_dating("1984-06?/2004-08?").start == "1984-06"
    assert read_dating("Y-12000").before_our_era


def test_the_order_of_day_and_month():
    assert needs_order("03/12/1987") and needs_order("12.03.1987")
    assert not any(map(needs_order, ("25.03.1987", "3.3.1987", "1987-03-12", "13/13/1987")))
    assert (order_of("25.03.1987"), order_of("03/25/1987"), order_of("3.3.1987")) == (
        "dmy", "mdy", "",
    )  # fmt: skip
    assert read_dating("03/12/1987", "dmy").edtf == "1987-12-03"
    assert read_dating("03/12/1987", "mdy").edtf == "1987-03-12"
    assert read_dating("25.03.1987", "mdy") is None
    assert read_dating("1987-03-12", "dmy").edtf == "1987-03-12"
    assert to_iso("1.2.1900 ", "dmy") == "1900-02-01" and to_iso("29.02.1900") == ""
