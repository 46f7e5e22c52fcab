//! The rules, as data: what a page puts around an article.
//!
//! # Lines
//!
//! A pattern is compared with a whole line, word by word, without case or punctuation; an apostrophe divides words, `©` is
//! a word, and `(c)` the same one. Beside words it may hold
//!
//! | sign | stands for |
//! | --- | --- |
//! | `#` | a number |
//! | `*` at the end | one word or more, [`MOST_WORDS`] in the line at most, no second sentence |
//! | `**` at the end | whatever follows: for lines that can be nothing else |
//! | `&` at the end | names: capitalised words, [`PARTICLES`] and [`ROLES`] |
//! | `~` at the end | as `*` but twice as many words, of which one is in [`OFFERS`] or a name with `@`: so that "Sign up for" may be followed by a newsletter, but not by the army |
//! | `@` at the end | a date and a time, and nothing else: every word is a number, the name of a month or a day, or in [`DATE_WORDS`] |
//! | a colon after a word | a colon after that word |
//! | `*`, `**` at the beginning | whatever comes before, with `*` no second sentence |

/// The most words of a line with an open end.
pub(super) const MOST_WORDS: usize = 12;

/// Where a line is furniture: before the first line of the story or after the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Both,
    Head,
    Tail,
}

/// A line of the page that is not the article's.
pub(super) struct Rule {
    pub pattern: &'static str,
    pub place: Place,
    /// A line that it is for.
    #[cfg(test)]
    pub example: &'static str,
}

const fn rule(pattern: &'static str, place: Place, example: &'static str) -> Rule {
    #[cfg(not(test))]
    let _ = example;
    Rule {
        pattern,
        place,
        #[cfg(test)]
        example,
    }
}

use Place::{Both, Head, Tail};

/// By the first byte of the pattern, so that a line meets those alone that it may match.
pub(super) const LINES: &[Rule] = &[
    rule("# comment", Both, "1 comment"),
    rule("# comments", Both, "12 Comments"),
    rule("# days ago", Head, "3 days ago"),
    rule("# hour ago", Head, "1 hour ago"),
    rule("# hours ago", Head, "2 hours ago"),
    rule("# min read", Both, "5 min read"),
    rule("# mins read", Both, "5 mins read"),
    rule("# minute read", Both, "3 minute read"),
    rule("# minutes read", Both, "3 minutes read"),
    rule("# months ago", Head, "4 months ago"),
    rule("# shares", Both, "151 shares"),
    rule("# weeks ago", Head, "2 weeks ago"),
    rule("# years ago", Head, "3 years ago"),
    rule("ad feedback", Both, "Ad Feedback"),
    rule(
        "additional reporting by &",
        Tail,
        "Additional reporting by Ann Writer.",
    ),
    rule("advertisement", Both, "Advertisement:"),
    rule(
        "advertisement continue reading below",
        Both,
        "Advertisement - Continue Reading Below",
    ),
    rule(
        "advertisement continue reading the main story",
        Both,
        "Advertisement Continue reading the main story",
    ),
    rule(
        "advertisement scroll to continue",
        Both,
        "Advertisement (scroll to continue)",
    ),
    rule(
        "aktualisiert @",
        Both,
        "Aktualisiert: 3. März 2024, 17:52 Uhr",
    ),
    rule("all rights reserved", Tail, "All rights reserved."),
    rule("anzeige", Both, "Anzeige"),
    rule("article continues below", Both, "Article continues below"),
    rule("artikel teilen", Both, "Artikel teilen"),
    rule("back to top", Tail, "Back to top"),
    rule("click here for *", Tail, "Click here for more stories."),
    rule(
        "click here to *",
        Tail,
        "Click here to read the full report.",
    ),
    rule("comments", Both, "Comments"),
    rule("compartir", Both, "Compartir"),
    rule("continue reading", Both, "Continue reading"),
    rule("continue reading below", Both, "Continue reading below"),
    rule(
        "continue reading the main story",
        Both,
        "Continue reading the main story",
    ),
    rule("contact: *", Tail, "Contact: Ann Writer, 202/555-0100."),
    rule(
        "contributing: &",
        Tail,
        "Contributing: The Associated Press",
    ),
    rule(
        "copyright # **",
        Tail,
        "Copyright 2014 The Harbour Press. All rights reserved. This material may not be published.",
    ),
    rule(
        "copyright © **",
        Tail,
        "Copyright © 2019 The Nordvik Times. Click here for reprint permission.",
    ),
    rule("date @", Both, "Date: June 20, 2024"),
    rule("diesen artikel teilen", Both, "Diesen Artikel teilen"),
    rule("editing by &", Tail, "(Editing by Bob Editor)"),
    rule(
        "estimated reading time *",
        Both,
        "Estimated reading time: 4 minutes",
    ),
    rule(
        "first published @",
        Both,
        "First published on Fri 20 Jun 2024 10.30 BST",
    ),
    rule("follow ~", Both, "Follow @annwriter on Twitter"),
    rule("follow us on *", Tail, "Follow us on Twitter @nordvik."),
    rule(
        "have something to add to this story **",
        Tail,
        "Have something to add to this story? Share it in the comments.",
    ),
    rule("join us on *", Tail, "Join us on Facebook.com/nordvik."),
    rule("last modified @", Both, "Last modified: 2017-09-15 17:52"),
    rule(
        "last updated @",
        Both,
        "Last updated at 10:30 p.m. on 3 May 2012",
    ),
    rule(
        "lea también: **",
        Tail,
        "Lea también: La tormenta llega a la costa",
    ),
    rule("leave a comment", Both, "Leave a comment"),
    rule(
        "lesen sie auch: **",
        Tail,
        "Lesen Sie auch: Sturm erreicht die Küste",
    ),
    rule(
        "like us on facebook **",
        Tail,
        "Like us on Facebook | Follow us on Twitter",
    ),
    rule(
        "lire aussi: **",
        Tail,
        "Lire aussi : La tempête atteint la côte",
    ),
    rule("listen to this article", Both, "Listen to this article"),
    rule("listen to this story", Both, "Listen to this story"),
    rule("mis à jour @", Both, "Mis à jour le 3 mars 2024 à 17h52"),
    rule("modified @", Both, "Modified: June 20, 2024"),
    rule("more from *", Tail, "More from Nordvik Herald"),
    rule("more on this", Both, "More On This..."),
    rule("partager", Both, "Partager"),
    rule("partager cet article", Both, "Partager cet article"),
    rule("photo", Both, "Photo"),
    rule("posted @", Both, "Posted on June 20, 2024"),
    rule("print this article", Both, "Print this article"),
    rule("publication date @", Both, "Publication date: 2024-06-20"),
    rule("publicado @", Both, "Publicado el 3 de marzo de 2024"),
    rule("publicidad", Both, "Publicidad"),
    rule("publicité", Both, "Publicité"),
    rule("published", Both, "Published:"),
    rule("published @", Both, "Published: 6/20/2024"),
    rule("publié @", Both, "Publié le 3 mars 2024 à 17h52"),
    rule("read more", Both, "Read more"),
    rule("read more here", Both, "Read more here"),
    rule("read more: **", Tail, "Read more: Storm reaches the coast"),
    rule("read time @", Both, "Read time: 4 min"),
    rule("reading time @", Both, "Reading time: 4 minutes"),
    rule("related: **", Tail, "RELATED: Storm reaches the coast"),
    rule("related articles", Tail, "Related articles"),
    rule("related stories", Tail, "Related stories"),
    rule("related topics", Tail, "Related Topics:"),
    rule(
        "reporting by &",
        Tail,
        "(Reporting by Ann Writer in Nordvik; Editing by Bob Editor)",
    ),
    rule("s inscrire à ~", Tail, "S'inscrire à la newsletter"),
    rule("save article", Both, "Save article"),
    rule("scroll down for video", Both, "Scroll down for video"),
    rule("scroll down for videos", Both, "Scroll down for videos"),
    rule("see also: **", Tail, "See also: Storm reaches the coast"),
    rule("share", Both, "Share"),
    rule("share on facebook", Both, "Share on Facebook"),
    rule("share on linkedin", Both, "Share on LinkedIn"),
    rule("share on twitter", Both, "Share on Twitter"),
    rule("share on whatsapp", Both, "Share on WhatsApp"),
    rule("share on x", Both, "Share on X"),
    rule("share this", Both, "Share this:"),
    rule("share this article", Both, "Share this article"),
    rule(
        "share this article share tweet post email",
        Both,
        "SHARE THIS ARTICLE Share Tweet Post Email",
    ),
    rule(
        "share this article with your *",
        Both,
        "Share this article with your colleagues.",
    ),
    rule("share this post", Both, "Share this post"),
    rule("share this story", Both, "Share this story"),
    rule("share via email", Both, "Share via email"),
    rule("sign in", Both, "Sign in"),
    rule("sign up", Both, "Sign up"),
    rule("sign up for ~", Both, "Sign up for our newsletter"),
    rule(
        "sign up here ~",
        Both,
        "Sign up here for the daily briefing",
    ),
    rule("sign up now", Both, "Sign up now"),
    rule("sign up to ~", Both, "Sign up to the weekly newsletter"),
    rule("skip to content", Both, "Skip to content"),
    rule("skip to main content", Both, "Skip to main content"),
    rule("stand @", Head, "Stand: 03.03.2024 17:52 Uhr"),
    rule("story continued below", Both, "Story Continued Below"),
    rule("story continues below", Both, "Story continues below"),
    rule(
        "story continues below advertisement",
        Both,
        "Story continues below advertisement",
    ),
    rule("subscribe", Both, "Subscribe"),
    rule("subscribe now", Both, "Subscribe now!"),
    rule("subscribe to ~", Both, "Subscribe to our daily newsletter."),
    rule("suscríbete a ~", Tail, "Suscríbete a nuestra newsletter"),
    rule("teilen", Both, "Teilen"),
    rule("updated @", Both, "Updated: 2017-09-15 17:52"),
    rule("veröffentlicht @", Both, "Veröffentlicht am 3. März 2024"),
    rule("video", Both, "Video"),
    rule(
        "watch the latest video at *",
        Both,
        "Watch the latest video at video.example.com",
    ),
    rule(
        "writing by &",
        Tail,
        "(Writing by Ann Writer; Editing by Bob Editor)",
    ),
    rule("© **", Tail, "(c) 2017 Nordvik Herald"),
    rule("обновлено @", Both, "Обновлено: 3 марта 2024, 17:52"),
    rule("опубликовано @", Both, "Опубликовано 3 марта 2024"),
    rule("подписывайтесь на *", Tail, "Подписывайтесь на наш канал"),
    rule("поделиться", Both, "Поделиться"),
    rule("реклама", Both, "Реклама"),
    rule(
        "читайте также: **",
        Tail,
        "Читайте также: Шторм дошёл до побережья",
    ),
];

/// Lines that are known by their end.
pub(super) const ENDINGS: &[Rule] = &[
    rule(
        "* delivered to your inbox",
        Both,
        "Daily politics news delivered to your inbox",
    ),
    rule("* in your inbox", Tail, "Our best stories in your inbox"),
    rule(
        "* contributed reporting",
        Tail,
        "Ann Writer and Bob Editor contributed reporting.",
    ),
    rule(
        "* contributed to this article",
        Tail,
        "Ann Writer contributed to this article.",
    ),
    rule(
        "* contributed to this report",
        Tail,
        "The Associated Press contributed to this report.",
    ),
    rule(
        "* contributed to this story",
        Tail,
        "Ann Writer contributed to this story.",
    ),
    rule(
        "** you agree to our privacy policy",
        Tail,
        "Get the stories you like. By signing up, you agree to our Privacy Policy",
    ),
];

/// What a page has to offer: words of which `~` asks one.
pub(super) const OFFERS: &[&str] = &[
    "alert",
    "alerts",
    "bulletin",
    "bulletins",
    "briefing",
    "briefings",
    "channel",
    "email",
    "emails",
    "inbox",
    "newsletter",
    "newsletters",
    "podcast",
    "updates",
    "twitter",
    "facebook",
    "instagram",
    "linkedin",
    "youtube",
    "whatsapp",
    "telegram",
    "boletín",
    "notifications",
];

/// The first words of a byline: "By Ann Writer".
pub(super) const BY: &[&str] = &["By", "BY", "by", "Von", "VON", "Par", "PAR", "Por", "POR"];

/// What may stand small among the names of a byline or in the name of a place.
pub(super) const PARTICLES: &[&str] = &[
    "al", "am", "an", "and", "at", "bin", "da", "de", "del", "den", "der", "des", "di", "do", "du",
    "el", "en", "et", "for", "im", "in", "la", "las", "le", "les", "los", "na", "of", "on", "sur",
    "the", "und", "upon", "van", "von", "y",
];

/// What follows a name and a comma in a byline: "Ann Writer, Staff Writer".
pub(super) const JOBS: &[&str] = &[
    "correspondent",
    "staff",
    "staff reporter",
    "staff writer",
    "special to",
    "foreign correspondent",
];

/// What people did for a report: "Reporting by Ann Writer; editing by Bob Editor".
pub(super) const ROLES: &[&str] = &[
    "additional",
    "by",
    "compiled",
    "editing",
    "graphics",
    "photography",
    "reporting",
    "research",
    "writing",
];

/// Agencies, in the words of their credits, in alphabetical order. They are universal: the list is one for all languages.
pub(super) const AGENCIES: &[&str] = &[
    "aa",
    "aap",
    "adnkronos",
    "afp",
    "agence france presse",
    "agencia efe",
    "agencies",
    "agentur",
    "anadolu agency",
    "ani",
    "ansa",
    "ap",
    "apa",
    "associated press",
    "belga",
    "bloomberg",
    "bloomberg news",
    "bta",
    "canadian press",
    "cbs",
    "cna",
    "cnn",
    "cp",
    "dapd",
    "dpa",
    "dpa afx",
    "efe",
    "epd",
    "europa press",
    "fides",
    "ians",
    "interfax",
    "interfax ru",
    "irna",
    "jiji",
    "jiji press",
    "kna",
    "kyodo",
    "kyodo news",
    "lusa",
    "mena",
    "mti",
    "notimex",
    "npr",
    "ntb",
    "nyt",
    "pa",
    "pap",
    "press association",
    "press trust of india",
    "pti",
    "reuter",
    "reuters",
    "ria novosti",
    "rtr",
    "sana",
    "sda",
    "sid",
    "spa",
    "stt",
    "tass",
    "thomson reuters",
    "tt",
    "ukrinform",
    "uni",
    "united press international",
    "upi",
    "wam",
    "xinhua",
    "yonhap",
    "интерфакс",
    "рейтер",
    "риа новости",
    "тасс",
    "أ ف ب",
    "الأناضول",
    "د ب أ",
    "رويترز",
    "واس",
    "وام",
    "وكالة",
    "भाषा",
    "समाचार",
    "ブルームバーグ",
    "ロイター",
    "中新社",
    "共同",
    "新华社",
    "時事",
    "뉴시스",
    "연합뉴스",
];

/// What may stand between agencies in a credit of a line of its own: "With AP and Reuters".
pub(super) const CREDIT_WORDS: &[&str] = &[
    "and", "avec", "by", "con", "et", "from", "mit", "source", "sources", "the", "und", "via",
    "with", "y",
];

/// Words of a date that are neither numbers nor names of months or days.
pub(super) const DATE_WORDS: &[&str] = &[
    "a", "p", "m", "am", "pm", "at", "on", "of", "et", "est", "edt", "ct", "cst", "cdt", "mt",
    "mst", "mdt", "pt", "pst", "pdt", "gmt", "utc", "bst", "ist", "cet", "cest", "z", "t", "h",
    "ago", "hour", "hours", "min", "mins", "minute", "minutes", "today", "uhr", "um", "le", "à",
    "el", "de", "las", "del", "в", "г", "года",
];
