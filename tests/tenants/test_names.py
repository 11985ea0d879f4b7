import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.companies import identity_key
from tenants.legal_forms import ENDINGS, FRONTS, LegalForm
from tenants.names import KEY_LENGTH, name_key, normal_name, read_name


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Harbour Textiles Pty. Ltd.", "harbour textiles"),
        ("Harbour Textiles Pvt Ltd", "harbour textiles"),
        ("Harbour Textiles p.l.c.", "harbour textiles"),
        ("Harbour Textiles Public Limited Company", "harbour textiles"),
        ("Harbour Textiles Limited Liability Company", "harbour textiles"),
        ("Harbour Textiles Sdn. Bhd.", "harbour textiles"),
        ("Harbour Textiles FZ-LLC", "harbour textiles"),
        ("Hafen Gewebe UG (haftungsbeschränkt)", "hafen gewebe"),
        ("Hafen Gewebe UG (haftungsbeschränkt) & Co. KG", "hafen gewebe"),
        ("Hafen Gewebe GmbH & Co. KGaA", "hafen gewebe"),
        ("Hafen Gewebe G.m.b.H.", "hafen gewebe"),
        ("Hafen Gewebe Gesellschaft mit beschränkter Haftung", "hafen gewebe"),
        ("Hafen Gewebe e.K.", "hafen gewebe"),
        ("Hafenfreunde e.V.", "hafenfreunde"),
        ("Tissus du Port S.A.R.L.", "tissus du port"),
        ("Tissus du Port S.A.S.U.", "tissus du port"),
        ("Tissus du Port & Cie", "tissus du port"),
        ("Havenstof B.V.B.A.", "havenstof"),
        ("Havenstof VOF", "havenstof"),
        ("Tejidos Puerto, S.A. de C.V.", "tejidos puerto"),
        ("Tejidos Puerto S.A.P.I. de C.V.", "tejidos puerto"),
        ("Tejidos Puerto S. de R.L. de C.V.", "tejidos puerto"),
        ("Tejidos Puerto, S.L.U.", "tejidos puerto"),
        ("Tejidos Puerto S.A.C.", "tejidos puerto"),
        ("Tecidos do Porto Ltda.", "tecidos do porto"),
        ("Tecidos do Porto Unipessoal Lda", "tecidos do porto"),
        ("Tecidos do Porto S/A", "tecidos do porto"),
        ("Tessuti del Porto S.r.l.s.", "tessuti del porto"),
        ("Havnens Stof A/S", "havnens stof"),
        ("Havnens Stof ApS", "havnens stof"),
        ("Havnens Stof K/S", "havnens stof"),
        ("Hamntyg AB (publ)", "hamntyg"),
        ("Hamntyg Handelsbolag", "hamntyg"),
        ("Satamakangas Oyj", "satamakangas"),
        ("Satamakangas Oy Ab", "satamakangas"),
        ("Hafnarefni ehf.", "hafnarefni"),
        ("Sadama Kangas OÜ", "sadama kangas"),
        ("SIA Ostas Audumi", "ostas audumi"),
        ('UAB "Uosto audiniai"', "uosto audiniai"),
        ("Tkaniny Portowe Sp. z o.o. sp. k.", "tkaniny portowe"),
        ("Tkaniny Portowe Spółka z ograniczoną odpowiedzialnością", "tkaniny portowe"),
        ("Přístavní látky spol. s r.o.", "pristavni latky"),
        ("Kikötői Szövet Kft.", "kikotoi szovet"),
        ("Lučke tkanine d.o.o.", "lucke tkanine"),
        ("Lučke tkanine d.d.", "lucke tkanine"),
        ("Țesături de Port S.R.L.", "tesaturi de port"),
        ("Societatea cu Răspundere Limitată Țesături de Port", "tesaturi de port"),
        ("Liman Tekstil A.Ş.", "liman tekstil"),
        ("Liman Tekstil Ltd. Şti.", "liman tekstil"),
        ("LİMAN TEKSTİL ANONİM ŞİRKETİ", "liman tekstil"),
        ("PT Kain Pelabuhan Tbk", "kain pelabuhan"),
        ("P.T. Kain Pelabuhan (Persero) Tbk.", "kain pelabuhan"),
        ("Kain Pelabuhan, PT", "kain pelabuhan"),
        ('ООО "Портовые ткани"', "портовые ткани"),
        ("Портовые ткани, ООО", "портовые ткани"),
        ("Общество с ограниченной ответственностью «Портовые ткани»", "портовые ткани"),
        ("ПАО Портовые ткани", "портовые ткани"),
        ("ЗАО «Портовые ткани»", "портовые ткани"),
        ('ТОВ "Портові тканини"', "портові тканини"),
        ("Пристанищни тъкани ЕООД", "пристанищни тъкани"),
        ("OOO Portovye Tkani", "portovye tkani"),
        ("Open Joint Stock Company Portovye Tkani", "portovye tkani"),
        ("Υφάσματα Λιμένος Α.Ε.", "υφασματα λιμενοσ"),
        ("Υφάσματα Λιμένος ΕΠΕ", "υφασματα λιμενοσ"),
        ("Υφάσματα Λιμένος Ι.Κ.Ε.", "υφασματα λιμενοσ"),
        ('בדי הנמל בע"מ', "בדי הנמל"),
        ("בדי הנמל בע״מ", "בדי הנמל"),
        ("شركة أقمشة الميناء ش.م.م", "أقمشة الميناء"),
        ("شركة أقمشة الميناء المحدودة", "أقمشة الميناء"),
        ("港口纺织有限公司", "港口纺织"),
        ("港口纺织股份有限公司", "港口纺织"),
        ("港口纺织 (上海) 有限公司", "港口纺织 上海"),
        ("港口織物株式会社", "港口織物"),
        ("株式会社港口織物", "港口織物"),
        ("㈱港口織物", "港口織物"),
        ("有限会社 港口織物", "港口織物"),
        ("合同会社港口織物", "港口織物"),
        ("Minato Orimono K.K.", "minato orimono"),
        ("주식회사 항구직물", "항구직물"),
        ("항구직물주식회사", "항구직물"),
        ("(주)항구직물", "항구직물"),
        ("บริษัท ผ้าท่าเรือ จำกัด", "ผ้าท่าเรือ"),
        ("บริษัทผ้าท่าเรือจำกัด(มหาชน)", "ผ้าท่าเรือ"),
        ("Công ty Cổ phần Vải Cảng", "vai cang"),
        ("Công ty TNHH Vải Cảng", "vai cang"),
        ("बंदरगाह वस्त्र प्राइवेट लिमिटेड", "बंदरगाह वस्त्र"),
        ("বন্দর বস্ত্র লিমিটেড", "বন্দর বস্ত্র"),
        ("துறைமுக துணி லிமிடெட்", "துறைமுக துணி"),
        ("შპს ნავსადგური", "ნავსადგური"),
    ],
)
def test_a_legal_form_is_known_wherever_the_company_is(name, plain):
    assert normal_name(name) == normal_name(plain)
    assert normal_name(plain) == plain.replace("ผ้าท่าเรือ", normal_name("ผ้าท่าเรือ"))


@pytest.mark.parametrize(
    "name",
    [
        "Barnum P T",
        "AS Roma", "AB InBev", "SC Johnson", "Too Good To Go", "SNC Lavalin", "Sia Partners", "PT Solutions",
        "A. O. Smith", "Limited Brands", "Company 3", "Call Me", "Smart EV", "Social Ad", "Fuller H B", "Horton D R",
        "Plan C O", "Foo In C", "AC/DC", "MTV", "SCA", "The Limited Edition", "Public Storage", "Panasonic NA",
        "集团", "有限公司", "株式会社", "주식회사", "บริษัท",
    ],
)  # fmt: skip
def test_a_word_of_the_name_is_not_taken_for_a_legal_form(name):
    assert read_name(name).forms == frozenset()
    assert len("".join(read_name(name).words)) >= sum(map(str.isalnum, name))


@pytest.mark.parametrize(
    ("written", "plain", "mark"),
    [
        ("TARGET CORP /DE/", "target", "de"),
        ("US BANCORP \\DE\\", "us bancorp", "de"),
        ("DEVON ENERGY CORP/DE", "devon energy", "de"),
        ("VERTEX PHARMACEUTICALS INC / MA", "vertex pharmaceuticals", "ma"),
        ("COSTCO WHOLESALE CORP /NEW", "costco wholesale", "new"),
        ("Harbour Textiles Tbk./ADR", "harbour textiles", "adr"),
        ("Harbour Textiles Inc/", "harbour textiles", None),
        ("Alphabet Inc. (Class A)", "alphabet", None),
        ("Harbour Company (The)", "the harbour", None),
        ("Harbour Company, The", "the harbour", None),
        ("Harbour/Co", "harbour", None),
    ],
)
def test_what_a_register_adds_to_a_name_is_no_part_of_it(written, plain, mark):
    assert normal_name(written) == plain
    assert read_name(written).mark == mark


def test_companies_that_a_register_tells_apart_are_not_taken_for_one():
    keys = {
        identity_key(name=f"First Bancorp /{state}/", domain=None, country="US") for state in ("NC", "PR")
    }
    assert len(keys) == 2


def test_a_group_is_not_its_company():
    assert normal_name("Harbour Holdings plc") == "harbour holdings"
    assert normal_name("港口集团有限公司") == "港口集团"


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("Harbour AG", {LegalForm.SHARES}),
        ("Harbour GmbH", {LegalForm.LIMITED}),
        ("Harbour GmbH & Co. KG", {LegalForm.PARTNERSHIP}),
        ("Harbour eG", {LegalForm.COOPERATIVE}),
        ("Harbour e.V.", {LegalForm.NON_PROFIT}),
        ("Harbour Inc.", {LegalForm.ANY}),
        ("PT Harbour Tbk", {LegalForm.SHARES}),
        ("Harbour", set()),
    ],
)
def test_a_form_tells_what_kind_of_company_it_is(name, forms):
    assert read_name(name).forms == forms


@pytest.mark.parametrize("table", [ENDINGS, FRONTS], ids=["endings", "fronts"])
def test_each_form_stands_for_one_kind_of_company(table):
    forms = [" ".join(one.split()) for text in table.values() for one in text.split(",")]
    assert len(forms) == len(set(forms))
    assert all(forms)


@pytest.mark.parametrize(
    "form", sorted(" ".join(one.split()) for text in ENDINGS.values() for one in text.split(","))
)
def test_each_form_is_taken_off_behind_a_name(form):
    assert normal_name(f"harbour {form}") == "harbour"


@pytest.mark.parametrize(
    "form", sorted(" ".join(one.split()) for text in FRONTS.values() for one in text.split(","))
)
def test_each_form_in_front_is_taken_off(form):
    assert normal_name(f"{form} harbour textiles") == "harbour textiles"


@given(st.text(max_size=60) | st.text("\u0301 /(", max_size=6))
def test_any_text_has_a_plain_name_that_is_not_empty(text):
    plain = normal_name(text)
    assert len(name_key(text)) <= KEY_LENGTH
    assert plain == plain.strip()
    assert bool(plain) == bool(text.strip())


def test_an_endless_name_takes_no_time_without_end():
    for piece in (" ", "/", "(", "ltd ", "/de/", "a ", ", the", "有限公司"):
        assert len(name_key("Acme" + piece * 50_000 + "x")) <= KEY_LENGTH
