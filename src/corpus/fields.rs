//! Which field of a record plays which role: the names that scrapers and data sets use, in order of
//! preference, and the user's own choice.
//!
//! A name with a dot reaches into a nested object (`source.name`), and also matches a flat field
//! that is spelled with the dot, as flattened exports have it. The built-in names match whatever
//! their case; a name chosen by the user matches exactly, so that it can tell `Text` from `text`.
//!
//! When a record has several fields for one role, the first of the list that holds something usable
//! wins; a null, a blank string or a value of the wrong type gives way to the next.

/// What a field says about an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Role {
    Id,
    Title,
    Text,
    Source,
    Published,
    Url,
}

pub(super) const ROLES: usize = 6;

impl Role {
    pub const ALL: [Role; ROLES] = [
        Role::Id,
        Role::Title,
        Role::Text,
        Role::Source,
        Role::Published,
        Role::Url,
    ];

    /// The option of the command line that names the field for this role.
    pub fn option(self) -> &'static str {
        match self {
            Role::Id => "--id-field",
            Role::Title => "--title-field",
            Role::Text => "--text-field",
            Role::Source => "--source-field",
            Role::Published => "--published-field",
            Role::Url => "--url-field",
        }
    }

    /// The built-in names, best first.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Role::Id => ID,
            Role::Title => TITLE,
            Role::Text => TEXT,
            Role::Source => SOURCE,
            Role::Published => PUBLISHED,
            Role::Url => URL,
        }
    }
}

/// The article itself. `maintext` is news-please's, `articleBody` schema.org's.
const TEXT: &[&str] = &[
    "text",
    "body",
    "content",
    "maintext",
    "article",
    "article_text",
    "full_text",
    "fulltext",
    "body_text",
    "article_body",
    "articleBody",
    "article_content",
    "content_text",
    "plain_text",
    "plaintext",
    "cleaned_text",
    "raw_text",
    "raw_content",
    "news_text",
    "story",
    "document",
];

/// `_id.$oid` is how MongoDB's export writes an id.
const ID: &[&str] = &[
    "id",
    "_id",
    "_id.$oid",
    "article_id",
    "articleId",
    "doc_id",
    "docid",
    "document_id",
    "news_id",
    "story_id",
    "uuid",
    "guid",
    "uri",
    "hash",
];

const TITLE: &[&str] = &[
    "title",
    "headline",
    "heading",
    "head",
    "article_title",
    "news_title",
];

/// A domain first: it is the same in every record, where names come in many spellings.
const SOURCE: &[&str] = &[
    "source_domain",
    "domain",
    "source",
    "source.name",
    "source.domain",
    "source.title",
    "source.id",
    "source_name",
    "outlet",
    "publisher",
    "publisher.name",
    "publication",
    "publication.name",
    "site",
    "site_name",
    "website",
    "newspaper",
    "news_outlet",
    "agency",
];

const PUBLISHED: &[&str] = &[
    "date_publish",
    "published",
    "publish_date",
    "published_at",
    "publishedAt",
    "published_date",
    "publication_date",
    "pub_date",
    "pubDate",
    "date_published",
    "datePublished",
    "publish_time",
    "datetime",
    "timestamp",
    "date",
    "created_at",
    "createdAt",
    // As MongoDB writes them.
    "published.$date",
    "published_at.$date",
    "publishedAt.$date",
    "pubDate.$date",
    "date.$date",
    "created_at.$date",
    "createdAt.$date",
    "published.$date.$numberLong",
    "published_at.$date.$numberLong",
    "publishedAt.$date.$numberLong",
    "pubDate.$date.$numberLong",
    "date.$date.$numberLong",
    "created_at.$date.$numberLong",
    "createdAt.$date.$numberLong",
];

const URL: &[&str] = &[
    "url",
    "link",
    "web_url",
    "source_url",
    "article_url",
    "canonical_url",
    "canonical_link",
    "permalink",
];

/// The user's own field names. A role that is `None` uses the built-in names; a role that is set
/// uses that name alone. Dots reach into nested objects: `source.name`.
///
/// ```
/// use wirecopy::corpus::{Corpus, CorpusOptions, FieldNames};
/// use wirecopy::{compare, progress::Silent};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("news.jsonl");
/// std::fs::write(&path, r#"{"Article": {"Story": "A barge sank at Mill Lock."}, "desk": "river"}"#)?;
/// let fields = FieldNames {
///     text: Some("Article.Story".to_owned()),
///     source: Some("desk".to_owned()),
///     ..FieldNames::default()
/// };
/// let open = |fields| Corpus::open(&[path.clone()], CorpusOptions { fields, ..CorpusOptions::default() }, &Silent);
/// let article = compare::only_article(&open(fields)?, false, &Silent)?.article;
/// assert_eq!((&*article.text, &*article.source), ("A barge sank at Mill Lock.", "river"));
/// // By the built-in names nothing here is a text.
/// assert!(open(FieldNames::default()).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldNames {
    /// The field with the article's id.
    pub id: Option<String>,
    /// The field with the headline.
    pub title: Option<String>,
    /// The field with the article's text.
    pub text: Option<String>,
    /// The field with the outlet or its domain.
    pub source: Option<String>,
    /// The field with the date of publication.
    pub published: Option<String>,
    /// The field with the article's address.
    pub url: Option<String>,
}

impl FieldNames {
    pub(super) fn get(&self, role: Role) -> Option<&str> {
        match role {
            Role::Id => &self.id,
            Role::Title => &self.title,
            Role::Text => &self.text,
            Role::Source => &self.source,
            Role::Published => &self.published,
            Role::Url => &self.url,
        }
        .as_deref()
    }
}

/// A role and the place of a name in its list; the lower the rank, the better the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Match {
    pub role: Role,
    pub rank: u8,
}

/// All names of all roles, laid out for finding a field's name quickly.
#[derive(Debug)]
pub(super) struct FieldTable {
    root: Node,
}

/// The names that may occur at one level of nesting, by their length.
#[derive(Debug, Default, Clone)]
pub(super) struct Node {
    by_len: Vec<Vec<Entry>>,
}

#[derive(Debug, Clone)]
pub(super) struct Entry {
    name: String,
    exact: bool,
    /// Several roles may share a name by the user's choice.
    pub matches: Vec<Match>,
    /// The names inside the object that this field may hold.
    pub inner: Option<Node>,
}

impl Node {
    /// The entry for a field name, if it plays any role here.
    pub fn get(&self, name: &[u8]) -> Option<&Entry> {
        self.by_len.get(name.len())?.iter().find(|e| {
            if e.exact {
                e.name.as_bytes() == name
            } else {
                e.name.as_bytes().eq_ignore_ascii_case(name)
            }
        })
    }

    fn entry(&mut self, name: &str, exact: bool) -> &mut Entry {
        if self.by_len.len() <= name.len() {
            self.by_len.resize_with(name.len() + 1, Vec::new);
        }
        let list = &mut self.by_len[name.len()];
        let at = match list.iter().position(|e| e.exact == exact && e.name == name) {
            Some(at) => at,
            None => {
                // An exact name is found before the same name in any case, and so takes over
                // what that one means: `--id-field source` must not lose `source` for the source.
                let loose = list
                    .iter()
                    .find(|e| !e.exact && e.name.eq_ignore_ascii_case(name));
                let entry = Entry {
                    name: name.to_owned(),
                    exact,
                    matches: loose.map_or_else(Vec::new, |e| e.matches.clone()),
                    inner: loose.and_then(|e| e.inner.clone()),
                };
                let at = if exact { 0 } else { list.len() };
                list.insert(at, entry);
                at
            }
        };
        &mut list[at]
    }

    fn add(&mut self, name: &str, exact: bool, found: Match) {
        self.entry(name, exact).matches.push(found);
        if let Some((first, rest)) = name.split_once('.')
            && !first.is_empty()
            && !rest.is_empty()
        {
            self.entry(first, exact)
                .inner
                .get_or_insert_default()
                .add(rest, exact, found);
        }
    }
}

impl FieldTable {
    pub fn new(names: &FieldNames) -> Self {
        let mut root = Node::default();
        // The built-in names first: see `Node::entry`.
        for role in Role::ALL {
            if names.get(role).is_none() {
                for (rank, name) in role.names().iter().enumerate() {
                    let rank = u8::try_from(rank).unwrap_or(u8::MAX);
                    root.add(name, false, Match { role, rank });
                }
            }
        }
        for role in Role::ALL {
            if let Some(name) = names.get(role) {
                root.add(name, true, Match { role, rank: 0 });
            }
        }
        Self { root }
    }

    pub fn root(&self) -> &Node {
        &self.root
    }

    /// What a top-level field or a CSV column of this name means.
    pub fn lookup(&self, name: &str) -> &[Match] {
        self.root
            .get(name.as_bytes())
            .map_or(&[], |e| e.matches.as_slice())
    }

    /// Whether a top-level field or a CSV column of this name may be the text.
    pub fn is_text(&self, name: &str) -> bool {
        self.lookup(name).iter().any(|m| m.role == Role::Text)
    }
}

/// Names for a message: quoted nowhere, the first twenty of them, and of each no more than [`LONGEST_NAME`] characters. They come from the
/// input, so control characters, which could steer the terminal, are shown escaped.
pub(super) fn list_names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.map(visible).collect();
    if names.is_empty() {
        return "none".into();
    }
    let shown = names.len().min(20);
    let mut list = names[..shown].join(", ");
    if names.len() > shown {
        list.push_str(&format!(" and {} more", names.len() - shown));
    }
    list
}

/// No field has a longer name, in characters; what has is most likely a text.
pub(super) const LONGEST_NAME: usize = 60;

/// A name for a message.
pub(super) fn visible(name: &str) -> String {
    let mut shown = String::new();
    for c in name.chars().take(LONGEST_NAME) {
        match c.is_control() {
            true => shown.extend(c.escape_default()),
            false => shown.push(c),
        }
    }
    if name.chars().nth(LONGEST_NAME).is_some() {
        shown.push_str(" ...");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_names_match_in_any_case_and_by_rank() {
        let table = FieldTable::new(&FieldNames::default());
        assert_eq!(
            table.lookup("TEXT"),
            [Match {
                role: Role::Text,
                rank: 0
            }]
        );
        assert_eq!(table.lookup("publishedat")[0].role, Role::Published);
        assert!(table.lookup("nothing").is_empty());
        let dotted = table.lookup("source.name");
        assert_eq!(dotted[0].role, Role::Source);
        let inner = table.root().get(b"source").and_then(|e| e.inner.as_ref());
        assert!(inner.is_some_and(|n| n.get(b"name").is_some()));
    }

    #[test]
    fn no_built_in_name_serves_two_roles() {
        for a in Role::ALL {
            for b in Role::ALL {
                for name in a.names() {
                    if a != b {
                        assert!(
                            !b.names().iter().any(|n| n.eq_ignore_ascii_case(name)),
                            "{name}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_chosen_name_is_exact_and_alone() {
        let names = FieldNames {
            text: Some("Body".into()),
            id: Some("source".into()),
            title: Some("meta.head.line".into()),
            ..FieldNames::default()
        };
        let table = FieldTable::new(&names);
        assert!(table.is_text("Body"));
        assert!(!table.is_text("body") && !table.is_text("text"));
        let roles: Vec<Role> = table.lookup("source").iter().map(|m| m.role).collect();
        assert_eq!(roles, [Role::Source, Role::Id]);
        let meta = table.root().get(b"meta").and_then(|e| e.inner.as_ref());
        let head = meta
            .and_then(|n| n.get(b"head"))
            .and_then(|e| e.inner.as_ref());
        assert_eq!(
            head.and_then(|n| n.get(b"line")).map(|e| e.matches[0].role),
            Some(Role::Title)
        );
    }

    #[test]
    fn names_cannot_steer_the_terminal() {
        let names = ["Größe", "\u{1b}[2J\n"];
        assert_eq!(list_names(names.into_iter()), "Größe, \\u{1b}[2J\\n");
    }

    #[test]
    fn long_lists_of_names_are_cut() {
        let names: Vec<String> = (0..25).map(|i| format!("f{i}")).collect();
        let list = list_names(names.iter().map(String::as_str));
        assert!(list.ends_with("f19 and 5 more"), "{list}");
    }
}
