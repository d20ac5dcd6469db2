"""Buyers and their addresses, country by country, in the shapes Amazon delivers.

House numbers stand in the first or second line, companies take the first one,
states are missing or free text, parcel lockers replace the street.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    name: str
    line1: str
    line2: str
    line3: str
    city: str
    state: str
    postal_code: str
    country: str
    phone: str


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who pays (``bill_to`` is None unless it differs) and who receives."""

    name: str
    email: str
    phone: str
    ship_to: Address
    bill_to: Address | None = None
    company: str = ""
    vat_number: str = ""
    vat_country: str = ""


@dataclass(frozen=True, slots=True)
class Country:
    """``street`` is a format of street and number; ``cities`` city, state, code."""

    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    streets: tuple[str, ...]
    cities: tuple[tuple[str, str, str], ...]
    street: str
    second_lines: tuple[str, ...]
    companies: tuple[str, ...]
    phone: str
    vat_numbers: tuple[str, ...] = ()


COUNTRIES = {
    "DE": Country(
        ("Jörg", "Käthe", "Sönke", "Anna-Lena", "Mehmet", "Ursula", "Björn"),
        ("Weißhaupt", "Müller", "Großmann", "von der Heydt", "Yilmaz"),
        ("Lindenstraße", "Am Mühlbach", "Königsallee", "Straße des 17. Juni"),
        (
            ("München", "", "80331"),
            ("Köln", "Nordrhein-Westfalen", "50667"),
            ("Görlitz", "", "02826"),
            ("Hamburg", "HH", "20095"),
        ),
        "{street} {number}",
        ("Hinterhaus, 3. OG", "c/o Schäfer", "Wohnung 12"),
        ("Weißhaupt Küchen GmbH", "Müller & Söhne KG", "Bäckerei Großmann e.K."),
        "+49 89 {number}",
        ("DE136695976", "DE129273398", "DE811569869"),
    ),
    "AT": Country(
        ("Anna", "Franz", "Theresia"),
        ("Gruber", "Höller", "Mayr"),
        ("Ringgasse", "Mariahilfer Straße", "Dorfplatz"),
        (("Wien", "", "1010"), ("Graz", "Steiermark", "8010")),
        "{street} {number}/2",
        ("Top 7", "Stiege 3"),
        ("Gruber Handels GmbH",),
        "+43 1 {number}",
        ("ATU37675002",),
    ),
    "CH": Country(
        ("Urs", "Céline", "Reto"),
        ("Brändli", "Favre", "Zürcher"),
        ("Bahnhofstrasse", "Rue du Lac", "Via Nassa"),
        (("Zürich", "ZH", "8001"), ("Lausanne", "", "1003")),
        "{street} {number}",
        ("Postfach 12",),
        ("Brändli AG",),
        "+41 44 {number}",
    ),
    "FR": Country(
        ("Élodie", "François", "Maëlle", "Loïc"),
        ("Lefèvre", "d'Aubigné", "Muñoz", "Le Goff"),
        ("rue de l'Église", "avenue Jean Jaurès", "impasse des Chênes"),
        (
            ("Orléans", "", "45000"),
            ("Saint-Étienne", "", "42000"),
            ("Paris", "", "75011"),
        ),
        "{number} {street}",
        ("Bât. C", "Appt 14, 2ème étage", "Lieu-dit Le Bourg"),
        ("Boulangerie Lefèvre SARL",),
        "+33 1 {number}",
        ("FR40303265045",),
    ),
    "IT": Country(
        ("Giulia", "Niccolò", "Chiara"),
        ("Rossi", "D'Angelo", "Lombardi"),
        ("Via Garibaldi", "Corso Vittorio Emanuele II", "Piazza Libertà"),
        (("Torino", "TO", "10122"), ("Forlì", "FC", "47121"), ("Roma", "", "00184")),
        "{street} {number}",
        ("Scala B, int. 5", "presso Bar Centrale"),
        ("Rossi Arredamenti S.r.l.",),
        "+39 011 {number}",
        ("IT00743110157",),
    ),
    "ES": Country(
        ("José María", "Begoña", "Íñigo"),
        ("Núñez Peña", "García López", "Muñoz"),
        ("Calle Mayor", "Avda. de la Constitución", "Plaça Catalunya"),
        (("A Coruña", "A Coruña", "15001"), ("Barcelona", "", "08002")),
        "{street}, {number}",
        ("3º izq.", "Portal 2, 4ºB"),
        ("Núñez Hostelería S.L.",),
        "+34 91 {number}",
        ("ESB58378431",),
    ),
    "NL": Country(
        ("Sanne", "Daniël", "Joost"),
        ("de Vries", "van den Berg", "Jansen"),
        ("Keizersgracht", "Dorpsstraat", "'s-Gravendijkwal"),
        (("Amsterdam", "", "1015 CJ"), ("'s-Hertogenbosch", "NB", "5211 AB")),
        "{street} {number}",
        ("12-hs", "2e verdieping"),
        ("De Vries Keukens B.V.",),
        "+31 20 {number}",
        ("NL004495445B01",),
    ),
    "BE": Country(
        ("Noé", "Lotte"),
        ("Peeters", "Dubois"),
        ("Rue Neuve", "Kerkstraat"),
        (("Liège", "", "4000"), ("Gent", "", "9000")),
        "{street} {number}",
        ("bus 4",),
        ("Dubois SPRL",),
        "+32 2 {number}",
        ("BE0411905847",),
    ),
    "IE": Country(
        ("Aoife", "Seán"),
        ("O'Connor", "Murphy"),
        ("Main Street", "Patrick Street"),
        (("Cork", "Co. Cork", "T12 X0AN"), ("Dublin", "", "D02 AF30")),
        "{number} {street}",
        ("Apartment 4",),
        ("Murphy Catering Ltd",),
        "+353 1 {number}",
        ("IE6388047V",),
    ),
    "PL": Country(
        ("Ola", "Łukasz", "Grzegorz", "Małgorzata"),
        ("Nowak", "Wójcik", "Wiśniewska", "Kowalski"),
        ("ul. Długa", "ul. Piotrkowska", "os. Kopernika"),
        (
            ("Kraków", "", "31-147"),
            ("Łódź", "łódzkie", "90-001"),
            ("Opole", "", "45-018"),
        ),
        "{street} {number}",
        ("m. 5", "Paczkomat OPO01M"),
        ("Nowak Meble sp. z o.o.",),
        "+48 12 {number}",
        ("PL5260250274",),
    ),
    "SE": Country(
        ("Åsa", "Björn", "Linnéa"),
        ("Lindström", "Öberg", "Nilsson"),
        ("Storgatan", "Kungsgatan", "Ängsvägen"),
        (("Göteborg", "", "411 03"), ("Malmö", "Skåne", "211 22")),
        "{street} {number}",
        ("lgh 1102", "c/o Öberg"),
        ("Öberg Kök AB",),
        "+46 31 {number}",
        ("SE556012579001",),
    ),
    "GB": Country(
        ("Siân", "Oliver", "Zoë"),
        ("O'Brien", "Smith-Jones", "Patel"),
        ("High Street", "Station Road", "St Mary's Close"),
        (("Leeds", "West Yorkshire", "LS1 4DY"), ("Bath", "", "BA1 1LZ")),
        "{number} {street}",
        ("Flat 2B", "Unit 7, Riverside"),
        ("Patel & Sons Ltd",),
        "+44 113 {number}",
        ("GB220430231",),
    ),
    "US": Country(
        ("Dana", "José", "Mary Ann", "Tyrone"),
        ("Cole", "O'Neil", "Garcia", "Washington Jr."),
        ("Evergreen Ter", "W 34th St", "County Road 12"),
        (
            ("Springfield", "OR", "97477"),
            ("New York", "NY", "10001-2062"),
            ("Austin", "TX", "78701"),
            ("Seattle", "WA", "98101"),
            ("San Juan", "PR", "00901"),
        ),
        "{number} {street}",
        ("Apt 4B", "Ste 200"),
        ("Cole Kitchens LLC",),
        "+1 541-555-{number} ext. 12345",
    ),
    "CA": Country(
        ("Geneviève", "Ryan"),
        ("Tremblay", "MacDonald"),
        ("rue Sainte-Catherine O", "Granville St"),
        (
            ("Montréal", "QC", "H3B 1A7"),
            ("Vancouver", "BC", "V6Z 1K3"),
            ("Calgary", "AB", "T2P 1J9"),
        ),
        "{number} {street}",
        ("Unit 5",),
        ("Tremblay Inc.",),
        "+1 604-555-{number}",
    ),
    "MX": Country(
        ("María", "Jesús"),
        ("Hernández", "Peña"),
        ("Av. Insurgentes Sur", "Calle 5 de Mayo"),
        (("Ciudad de México", "CDMX", "03100"), ("Mérida", "YUC", "97000")),
        "{street} {number}",
        ("Col. Del Valle",),
        ("Peña S.A. de C.V.",),
        "+52 55 {number}",
    ),
    "JP": Country(
        ("太郎", "花子", "健一"),
        ("山田", "鈴木", "髙橋"),
        ("千代田", "神南", "梅田"),
        (("--", "東京都", "100-0001"), ("大阪市北区", "大阪府", "530-0001")),
        "{street}1-{number}",
        ("コーポ青葉 201号室",),
        ("山田商店株式会社",),
        "03-1234-{number}",
    ),
}
# Who orders where: buyers in countries without a marketplace of their own.
BUYERS_OF = {"DE": ("DE", "DE", "DE", "DE", "AT", "AT", "CH")}


def buyer_country(rng, marketplace_country):
    return rng.choice(BUYERS_OF.get(marketplace_country, (marketplace_country,)))


def make_buyer(rng, country_code, domain, style="", business=False, single_byte=False):
    """A buyer of ``country_code``.

    ``style``: ``""`` lets chance decide, or ``plain``, ``number_in_line_2``,
    ``company_in_line_1``, ``second_line``, ``locker``. ``single_byte``: only text
    that Windows' western code page can write.
    """
    country = COUNTRIES[country_code]
    pick = _picker(rng, single_byte)
    family, given = pick(country.last_names), pick(country.first_names)
    name = f"{family} {given}" if country_code == "JP" else f"{given} {family}"
    city, state, postal_code = pick(country.cities)
    company = pick(country.companies)
    number = rng.randint(1, 180)
    phone = "" if rng.random() < 0.4 else country.phone.format(number=4000 + number)
    lines = _lines(rng, pick, country, country_code, number, company, style)
    ship_to = Address(name, *lines, city, state, postal_code, country_code, phone)
    email = f"{rng.getrandbits(60):013x}@marketplace.{domain.lower()}"
    if not business:
        return Buyer(name, email, phone, ship_to)
    office = country.street.format(street=pick(country.streets), number=number + 1)
    bill_to = Address(
        company, office, "", "", city, state, postal_code, country_code, ""
    )
    vat = rng.choice(country.vat_numbers) if country.vat_numbers else ""
    return Buyer(
        name, email, phone, ship_to, bill_to, company, vat, country_code if vat else ""
    )


def _lines(rng, pick, country, code, number, company, style):
    style = style or rng.choice(
        ("plain", "plain", "plain", "number_in_line_2", "second_line")
        + ("company_in_line_1", "locker")
    )
    street = pick(country.streets)
    full = country.street.format(street=street, number=number)
    if style == "number_in_line_2":
        return street, str(number), ""
    if style == "company_in_line_1":
        return company, full, pick(country.second_lines)
    if style == "second_line":
        return full, pick(country.second_lines), ""
    if style == "locker" and code == "DE":
        return f"{rng.randint(10**8, 10**9 - 1)}", f"Packstation {number}", ""
    return full, "", ""


def _picker(rng, single_byte):
    def writable(value):
        text = "".join(value) if isinstance(value, tuple) else value
        try:
            text.encode("cp1252")
        except UnicodeEncodeError:
            return False
        return True

    def pick(values):
        fit = [value for value in values if writable(value)] if single_byte else values
        return rng.choice(fit or values)

    return pick
