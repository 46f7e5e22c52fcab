//! The words of dates: months, days of the week, zones, and what stands between them, in the languages of most news in Latin script.

/// The names of months from January on: English, German, French, Spanish, Italian, Portuguese, Dutch.
const MONTHS: [[&str; 12]; 7] = [
    [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ],
    [
        "januar",
        "februar",
        "märz",
        "april",
        "mai",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "dezember",
    ],
    [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
    [
        "janeiro",
        "fevereiro",
        "março",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ],
    [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ],
];

/// The days of the week in the same languages; of Portuguese ones the first part.
const DAYS: [[&str; 7]; 7] = [
    [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ],
    [
        "montag",
        "dienstag",
        "mittwoch",
        "donnerstag",
        "freitag",
        "samstag",
        "sonntag",
    ],
    [
        "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche",
    ],
    [
        "lunes",
        "martes",
        "miércoles",
        "jueves",
        "viernes",
        "sábado",
        "domingo",
    ],
    [
        "lunedì",
        "martedì",
        "mercoledì",
        "giovedì",
        "venerdì",
        "sabato",
        "domenica",
    ],
    [
        "segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo",
    ],
    [
        "maandag",
        "dinsdag",
        "woensdag",
        "donderdag",
        "vrijdag",
        "zaterdag",
        "zondag",
    ],
];

/// What stands between the parts of a date in these languages.
const BETWEEN: [&str; 18] = [
    "at", "on", "of", "the", "t", "tues", "weds", "thur", "thurs", "feira", "de", "del", "le",
    "den", "der", "um", "uhr", "updated",
];

/// The number of a month, 1 to 12, from its name, or from three letters of it and more that are those of no other month.
pub(super) fn month(word: &str) -> Option<i64> {
    let word = word.to_lowercase();
    if word.chars().count() < 3 {
        return None;
    }
    let all = MONTHS.iter().flat_map(|names| names.iter().enumerate());
    let mut found = all
        .filter(|(_, name)| name.starts_with(&word))
        .map(|(at, _)| at);
    let first = found.next()?;
    found.all(|at| at == first).then_some(first as i64 + 1)
}

/// Whether a word says nothing about the moment: days of the week, and what stands between date and time.
pub(super) fn is_filler(word: &str) -> bool {
    let word = word.to_lowercase();
    let short = |day: &&str| day[..3] == word;
    BETWEEN.contains(&word.as_str())
        || DAYS[0].iter().any(short)
        || DAYS.iter().any(|days| days.contains(&word.as_str()))
}

/// The offset in seconds of a zone: those of RFC 2822, and a few that news pages write.
pub(super) fn zone(name: &str) -> Option<i64> {
    const ZONES: &[(&str, i64)] = &[
        ("Z", 0),
        ("UTC", 0),
        ("GMT", 0),
        ("UT", 0),
        ("EST", -5),
        ("EDT", -4),
        ("ET", -5),
        ("CST", -6),
        ("CDT", -5),
        ("MST", -7),
        ("MDT", -6),
        ("PST", -8),
        ("PDT", -7),
        ("BST", 1),
        ("CET", 1),
        ("CEST", 2),
        ("EET", 2),
        ("EEST", 3),
    ];
    let zone = ZONES.iter().find(|(n, _)| n.eq_ignore_ascii_case(name))?;
    Some(zone.1 * 3600)
}
