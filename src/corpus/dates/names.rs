//! The words of dates: months, days of the week, zones, and what stands between them.

/// The names of the months from January on, and their short forms: English, German, French, Spanish, Italian, Portuguese, Dutch, Russian, Arabic,
/// Hindi. Short forms that are other words in another of these languages ("set", "out", "gen") are left out.
pub(crate) const MONTHS: [&[&str]; 12] = [
    &[
        "january",
        "jan",
        "januar",
        "jänner",
        "janvier",
        "janv",
        "enero",
        "ene",
        "gennaio",
        "janeiro",
        "januari",
        "января",
        "янв",
        "يناير",
        "जनवरी",
    ],
    &[
        "february",
        "feb",
        "februar",
        "février",
        "févr",
        "febrero",
        "febbraio",
        "fevereiro",
        "februari",
        "февраля",
        "фев",
        "فبراير",
        "फरवरी",
    ],
    &[
        "march",
        "mar",
        "märz",
        "mrz",
        "mars",
        "marzo",
        "março",
        "maart",
        "марта",
        "мар",
        "مارس",
        "मार्च",
    ],
    &[
        "april",
        "apr",
        "avril",
        "avr",
        "abril",
        "abr",
        "aprile",
        "апреля",
        "апр",
        "أبريل",
        "अप्रैल",
    ],
    &[
        "may", "mai", "mayo", "maggio", "maio", "mei", "мая", "مايو", "मई",
    ],
    &[
        "june",
        "jun",
        "juni",
        "juin",
        "junio",
        "giugno",
        "junho",
        "июня",
        "июн",
        "يونيو",
        "जून",
    ],
    &[
        "july",
        "jul",
        "juli",
        "juillet",
        "juil",
        "julio",
        "luglio",
        "julho",
        "июля",
        "июл",
        "يوليو",
        "जुलाई",
    ],
    &[
        "august",
        "aug",
        "août",
        "agosto",
        "ago",
        "augustus",
        "августа",
        "авг",
        "أغسطس",
        "अगस्त",
    ],
    &[
        "september",
        "sep",
        "sept",
        "septembre",
        "septiembre",
        "settembre",
        "setembro",
        "сентября",
        "сен",
        "سبتمبر",
        "सितंबर",
    ],
    &[
        "october",
        "oct",
        "oktober",
        "okt",
        "octobre",
        "octubre",
        "ottobre",
        "outubro",
        "октября",
        "окт",
        "أكتوبر",
        "अक्टूबर",
    ],
    &[
        "november",
        "nov",
        "novembre",
        "noviembre",
        "novembro",
        "ноября",
        "ноя",
        "نوفمبر",
        "नवंबर",
    ],
    &[
        "december",
        "dec",
        "dezember",
        "dez",
        "décembre",
        "déc",
        "diciembre",
        "dic",
        "dicembre",
        "dezembro",
        "декабря",
        "дек",
        "ديسمبر",
        "दिसंबर",
    ],
];

/// The days of the week from Monday on: English with their short forms, German, French, Spanish, Italian, of Portuguese the first part, Dutch.
pub(crate) const DAYS: [&[&str]; 7] = [
    &[
        "monday", "mon", "montag", "lundi", "lunes", "lunedì", "segunda", "maandag",
    ],
    &[
        "tuesday", "tue", "tues", "dienstag", "mardi", "martes", "martedì", "terça", "dinsdag",
    ],
    &[
        "wednesday",
        "wed",
        "weds",
        "mittwoch",
        "mercredi",
        "miércoles",
        "mercoledì",
        "quarta",
        "woensdag",
    ],
    &[
        "thursday",
        "thu",
        "thur",
        "thurs",
        "donnerstag",
        "jeudi",
        "jueves",
        "giovedì",
        "quinta",
        "donderdag",
    ],
    &[
        "friday", "fri", "freitag", "vendredi", "viernes", "venerdì", "sexta", "vrijdag",
    ],
    &[
        "saturday", "sat", "samstag", "samedi", "sábado", "sabato", "zaterdag",
    ],
    &[
        "sunday", "sun", "sonntag", "dimanche", "domingo", "domenica", "zondag",
    ],
];

/// What else stands in a date and says nothing about the moment.
const BETWEEN: [&str; 28] = [
    "at", "on", "of", "the", "t", "feira", "de", "del", "le", "den", "der", "um", "uhr", "г",
    "года", "updated", "à", "a", "las", "la", "alle", "ore", "às", "om", "uur", "в", "का", "को",
];

/// The number of a month, 1 to 12, from its name or short form.
pub(super) fn month(word: &str) -> Option<i64> {
    let word = word.to_lowercase();
    // "ابريل" is often written without its hamza.
    let plain = |c| if c == 'أ' { 'ا' } else { c };
    let is = |name: &&str| name.chars().map(plain).eq(word.chars().map(plain));
    let at = MONTHS.iter().position(|names| names.iter().any(is));
    at.map(|at| at as i64 + 1)
}

/// Whether a word says nothing about the moment: a day of the week, or what stands between date and time.
pub(super) fn is_filler(word: &str) -> bool {
    let word = word.to_lowercase();
    let word = word.as_str();
    BETWEEN.contains(&word) || DAYS.iter().any(|names| names.contains(&word))
}

/// The offset in seconds of a zone: those of RFC 2822, and others that news pages write, if they are one wherever they are written ("IST" is not).
pub(super) fn zone(name: &str) -> Option<i64> {
    /// Hours east of UTC.
    const ZONES: &[(&str, f64)] = &[
        ("Z", 0.0),
        ("UTC", 0.0),
        ("GMT", 0.0),
        ("UT", 0.0),
        ("EST", -5.0),
        ("EDT", -4.0),
        ("ET", -5.0),
        ("CST", -6.0),
        ("CDT", -5.0),
        ("MST", -7.0),
        ("MDT", -6.0),
        ("PST", -8.0),
        ("PDT", -7.0),
        ("AKST", -9.0),
        ("AKDT", -8.0),
        ("HST", -10.0),
        ("BRT", -3.0),
        ("WET", 0.0),
        ("WEST", 1.0),
        ("BST", 1.0),
        ("WAT", 1.0),
        ("CET", 1.0),
        ("CEST", 2.0),
        ("CAT", 2.0),
        ("SAST", 2.0),
        ("EET", 2.0),
        ("EEST", 3.0),
        ("EAT", 3.0),
        ("MSK", 3.0),
        ("PKT", 5.0),
        ("NPT", 5.75),
        ("WIB", 7.0),
        ("HKT", 8.0),
        ("SGT", 8.0),
        ("PHT", 8.0),
        ("AWST", 8.0),
        ("JST", 9.0),
        ("KST", 9.0),
        ("ACST", 9.5),
        ("ACDT", 10.5),
        ("AEST", 10.0),
        ("AEDT", 11.0),
        ("NZST", 12.0),
        ("NZDT", 13.0),
    ];
    let zone = ZONES.iter().find(|(n, _)| n.eq_ignore_ascii_case(name))?;
    Some((zone.1 * 3600.0) as i64)
}
