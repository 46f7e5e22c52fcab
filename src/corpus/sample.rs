//! Looks into a file before the run: its compression, format and header, and whether its first
//! records have a text that can be told from their other fields. What would spoil the whole run is
//! found here, before hours of work.
//!
//! At most a hundred records are looked at, of those that start in the first megabyte. A record that
//! cannot be parsed is left alone: it becomes a reject in its time. What only all files together tell
//! ([`combine`]) is found when each has been looked into.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::block::{Block, Record};
use super::compress::{Chunk, Compression, Stream};
use super::csv::{Columns, Rows};
use super::dates::{DateOrder, Told};
use super::discover::InputFile;
use super::fields::{FieldTable, LONGEST_NAME, Node, ROLES, Role, list_names, visible};
use super::file_reader::FileReader;
use super::foreign::{binary, foreign};
use super::format::{self, Format};
use super::json;
use super::split::Arrangement;
use super::unpacked::Kept;
use super::{CorpusOptions, SourceFile};
use crate::error::{Error, Result};
use crate::progress::Progress;

/// Records looked at in each file.
const SAMPLE: usize = 100;
/// Where they start at the latest, however long blocks are: what is found in a file must not depend on that.
const SAMPLE_BYTES: u64 = 1 << 20;
/// Bytes that tell the format, and as many more as the first line has.
const HEAD: usize = 64 << 10;

/// What a file's sample says.
pub(super) struct Examined {
    pub file: SourceFile,
    /// Why the file's records have no text. Fatal for a file that was named or has more than one
    /// record; one file of a folder of one-record files may lack it as any record may.
    pub no_text: Option<NoText>,
    /// It was found in a folder and is a table that is not to be read.
    pub passed_over: bool,
    /// Which roles occur in the sample.
    pub seen: [bool; ROLES],
    /// What its dates say about their order.
    pub orders: Told,
    /// Whether there was any record to look at.
    pub sampled: bool,
    /// The fields seen, for a message.
    pub fields: String,
}

pub(super) struct NoText {
    pub message: String,
    pub fatal: bool,
}

/// Buffers used again from file to file.
#[derive(Default)]
pub(super) struct Scratch {
    block: Block,
    rows: Rows,
}

/// Looks into one file.
pub(super) fn examine(
    index: u32,
    input: InputFile,
    options: &CorpusOptions,
    table: &FieldTable,
    scratch: &mut Scratch,
    progress: &dyn Progress,
) -> Result<Examined> {
    let mut named = options
        .format
        .or_else(|| Format::of_name(Path::new(&input.name)));
    // Who names one such file may mean a dump by it, as a single article would be compared with nothing.
    if named == Some(Format::Text) && options.format.is_none() && !input.walked {
        let (_, head, _) = read_head(&input.path, options.max_document)?;
        named = named.filter(|_| !format::is_json(&head));
    }
    let mut file = SourceFile {
        compression: Compression::of_name(&input.name).0,
        format: Format::Text,
        size: input.metadata.len(),
        modified: input.metadata.modified().ok(),
        name: input.name,
        path: input.path,
        copy: input.copy,
        arrangement: Arrangement::Whole,
        header: Vec::new(),
        columns: Columns::default(),
        date_order: DateOrder::default(),
        foreign: None,
        kept: Kept::default(),
        has_pieces: OnceLock::new(),
    };
    // A folder of a million text files is not opened twice.
    if named != Some(Format::Text) {
        let (compression, head, complete) = read_head(&file.path, options.max_document)?;
        file.compression = compression;
        (file.format, file.arrangement) = Format::of_content(named, &head, complete, table);
        file.foreign = match file.format {
            Format::Text => foreign(&head).or_else(|| binary(&head)),
            _ => foreign(&head),
        };
    }
    let mut sample = Sample::new(options, table);
    match file.arrangement {
        Arrangement::Whole => {}
        _ if file.foreign.is_some() => {}
        Arrangement::Rows(separator) => {
            sample.rows(index, &mut file, separator, scratch, progress)?
        }
        _ => sample.objects(index, &file, scratch, progress)?,
    }
    // A record that holds a list of articles is not one of many.
    let holds_articles = sample.wrapper.as_ref().is_some_and(|it| it.of_articles);
    let alone = input.walked && sample.records < 2 && !holds_articles;
    let advice = match input.walked {
        true => {
            "; if it holds no articles, leave it out: name the others, or a pattern such as 'FOLDER/*.jsonl'"
        }
        false => "",
    };
    let no_text = (sample.records > 0 && !sample.has_text).then(|| NoText {
        message: sample.no_text(&file) + advice,
        fatal: !alone,
    });
    let header = file.header.trim_ascii_end();
    let mut unwanted = options.passed_over.iter();
    Ok(Examined {
        passed_over: input.walked && unwanted.any(|row| row.as_bytes() == header),
        no_text,
        seen: sample.seen,
        orders: sample.orders,
        sampled: sample.records > 0,
        fields: sample.fields(),
        file,
    })
}

/// What the samples of all files say together: the files that are to be read.
pub(super) fn combine(
    examined: Vec<Result<Examined>>,
    options: &CorpusOptions,
) -> Result<Vec<SourceFile>> {
    let mut files = Vec::with_capacity(examined.len());
    let mut excused = None;
    let mut any_text = false;
    let mut seen = [false; ROLES];
    let mut first = None;
    let mut passed_over = None;
    let (mut orders, mut told) = (Told::default(), Vec::new());
    for examined in examined {
        let examined = examined?;
        if examined.passed_over {
            passed_over.get_or_insert(examined.file.name);
            continue;
        }
        match examined.no_text {
            Some(no_text) if no_text.fatal => return Err(Error::Input(no_text.message)),
            Some(no_text) => {
                excused.get_or_insert(no_text.message);
            }
            None => any_text = true,
        }
        for (all, one) in seen.iter_mut().zip(examined.seen) {
            *all |= one;
        }
        if examined.sampled && first.is_none() {
            first = Some((examined.file.name.clone(), examined.fields));
        }
        orders.add(examined.orders);
        told.push(examined.orders.order());
        files.push(examined.file);
    }
    if let (Some(name), true) = (passed_over, files.is_empty()) {
        return Err(Error::Input(format!(
            "{name}: this is a report that wirecopy wrote, and there are no articles beside it"
        )));
    }
    // A file whose dates do not tell is like the others.
    for (file, told) in files.iter_mut().zip(told) {
        let order = options.date_order.or(told).or(orders.order());
        file.date_order = order.unwrap_or_default();
    }
    if let Some(message) = excused
        && !any_text
    {
        return Err(Error::Input(message));
    }
    // A chosen field that only some files have is fine; one that none has is a slip of the pen.
    if let Some((file, fields)) = first {
        for role in Role::ALL {
            if let Some(name) = options.fields.get(role)
                && !seen[role as usize]
            {
                return Err(Error::Input(format!(
                    "{file}: no record has a string or a number in the field \"{name}\", which {} names; the fields seen are: {fields}",
                    role.option()
                )));
            }
        }
    }
    Ok(files)
}

/// How a file begins, decompressed, and whether that is all of it. If it begins with an object, to the end of the first line at least, unless
/// that is beyond `most` bytes.
fn read_head(path: &Path, most: usize) -> Result<(Compression, Vec<u8>, bool)> {
    let mut stream = Stream::open(path, 1)?;
    let mut head = vec![0; HEAD];
    let mut filled = 0;
    let mut complete = false;
    loop {
        match stream.read(&mut head[filled..], path)? {
            Chunk::Bytes(n) => filled += n,
            Chunk::End | Chunk::Broken(_) => {
                complete = true;
                break;
            }
        }
        if filled == head.len() {
            let content = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
            let first = content.trim_ascii_start();
            if !first.starts_with(b"{") || first.contains(&b'\n') || filled >= most {
                break;
            }
            head.resize(filled * 2, 0);
        }
    }
    head.truncate(filled);
    Ok((stream.compression(), head, complete))
}

struct Sample<'a> {
    options: &'a CorpusOptions,
    table: &'a FieldTable,
    records: usize,
    has_text: bool,
    names: BTreeSet<String>,
    seen: [bool; ROLES],
    orders: Told,
    /// A field that is one of the text's but holds none, and what it holds.
    no_text: Option<(String, &'static str)>,
    /// A field that holds a list of objects, which may be the articles.
    wrapper: Option<Wrapper>,
}

/// A list of objects in a field.
struct Wrapper {
    field: String,
    objects: usize,
    /// One of them has a text.
    of_articles: bool,
}

impl<'a> Sample<'a> {
    fn new(options: &'a CorpusOptions, table: &'a FieldTable) -> Self {
        Self {
            options,
            table,
            records: 0,
            has_text: false,
            names: BTreeSet::new(),
            seen: [false; ROLES],
            orders: Told::default(),
            no_text: None,
            wrapper: None,
        }
    }

    fn fields(&self) -> String {
        list_names(self.names.iter().map(String::as_str))
    }

    fn no_text(&self, file: &SourceFile) -> String {
        let (name, fields) = (&file.name, self.fields());
        let mut message = match self.options.fields.get(Role::Text) {
            Some(text) => format!(
                "{name}: no text in the field \"{text}\", which --text-field names; \
                 the fields seen are: {fields}"
            ),
            None => format!(
                "{name}: none of the fields is known to hold an article's text; name the one that does \
                 with --text-field; the fields seen are: {fields}"
            ),
        };
        if let Some((field, kind)) = &self.no_text {
            message += &format!("; {} holds {kind}, which is no text", visible(field));
        }
        if let Some(Wrapper { field, objects, .. }) = &self.wrapper {
            message += &format!(
                "; {} holds a list of {objects} objects: if they are the articles, unpack them first",
                visible(field)
            );
            // Whatever else a name holds, a shell or jq may take for something else.
            let first = |c: char| c.is_ascii_alphabetic() || c == '_';
            let plain = |c: char| first(c) || c.is_ascii_digit();
            let is_plain = |name: &str| name.starts_with(first) && name.chars().all(plain);
            if field.split('.').all(is_plain) {
                message += &format!(": jq -c '.{field}[]' OLD.json > NEW.jsonl");
            }
        }
        if self.names.iter().any(|name| name.starts_with("sep=")) {
            message +=
                "; the first line is a mark for Excel, take it off: tail -n +2 OLD.csv > NEW.csv";
        }
        let too_long = |name: &String| name.chars().count() > LONGEST_NAME;
        if matches!(file.arrangement, Arrangement::Rows(_)) && self.names.iter().any(too_long) {
            message +=
                "; this looks like a row of data: is the header missing, which names the columns?";
        }
        message
    }

    /// The header, then rows that may contradict it.
    fn rows(
        &mut self,
        index: u32,
        file: &mut SourceFile,
        separator: u8,
        Scratch { block, rows }: &mut Scratch,
        progress: &dyn Progress,
    ) -> Result<()> {
        let options = self.options;
        let mut reader = FileReader::open(index, file, file.arrangement, options, true, None, 1)?;
        reader.fill_first(block, progress)?;
        drop(reader);
        if block.first_too_long
            && let Some(reject) = block.rejects.first()
        {
            return Err(Error::Input(format!("{reject} (it is the file's header)")));
        }
        let Some(header) = block.records.first() else {
            return Ok(());
        };
        file.header = block.raw(header).to_vec();
        rows.parse(&file.header, separator);
        let names = rows.fields().into_iter();
        let names = names.map(|n| n.trim().to_owned()).collect();
        file.columns = Columns::new(names, self.table);
        let (file, columns) = (&*file, &file.columns);
        // The rows are split as they will be when it is known how many fields they have.
        let reader = FileReader::open(index, file, file.arrangement, options, false, None, 1)?;
        self.records = 1;
        self.names.extend(columns.names.iter().cloned());
        for role in Role::ALL {
            self.seen[role as usize] = !columns.of(role).is_empty();
        }
        let texts = columns.of(Role::Text);
        self.has_text = !texts.is_empty();
        for pair in texts.windows(2) {
            let [a, b] = [&columns.names[pair[0]], &columns.names[pair[1]]];
            if a == b {
                return Err(Error::Input(format!(
                    "{}:1: ambiguous: two columns are named \"{a}\"; rename the one that is not \
                     the article's text",
                    file.name
                )));
            }
        }
        block.records.clear();
        self.walk(reader, block, progress, |sample, block, record| {
            rows.parse(block.raw(record), separator);
            if rows.check(columns).is_err() {
                return Ok(());
            }
            sample.records += 1;
            for &column in columns.of(Role::Published) {
                sample
                    .orders
                    .look(&String::from_utf8_lossy(rows.field(column)));
            }
            let values = texts.iter().map(|&c| {
                let value = String::from_utf8_lossy(rows.field(c)).trim().to_owned();
                (columns.names[c].clone(), value)
            });
            ambiguous(&file.name, record.line, values.collect())
        })
    }

    fn objects(
        &mut self,
        index: u32,
        file: &SourceFile,
        scratch: &mut Scratch,
        progress: &dyn Progress,
    ) -> Result<()> {
        let block = &mut scratch.block;
        let mut reader =
            FileReader::open(index, file, file.arrangement, self.options, false, None, 1)?;
        reader.fill(block)?;
        self.walk(reader, block, progress, |sample, block, record| {
            let raw = block.raw(record);
            let value = serde_json::from_slice(raw);
            let value = value.or_else(|_| serde_json::from_slice(&json::strict(raw)));
            let Ok(Value::Object(object)) = value else {
                return Ok(());
            };
            sample.records += 1;
            let mut texts = Vec::new();
            sample.object(&object, sample.table.root(), "", &mut texts);
            ambiguous(&file.name, record.line, texts)
        })
    }

    /// Looks at the records of the block and at those that follow it, as far as the sample goes.
    fn walk(
        &mut self,
        mut reader: FileReader,
        block: &mut Block,
        progress: &dyn Progress,
        mut look: impl FnMut(&mut Self, &Block, &Record) -> Result<()>,
    ) -> Result<()> {
        loop {
            for record in &block.records {
                if self.records == SAMPLE || record.offset >= SAMPLE_BYTES {
                    return Ok(());
                }
                look(self, block, record)?;
            }
            if reader.next_offset() >= SAMPLE_BYTES || !reader.fill(block)? {
                return Ok(());
            }
            if progress.cancelled() {
                return Err(Error::Interrupted);
            }
        }
    }

    /// Keeps the list of objects that is most likely to be that of the articles.
    fn look_at_list(&mut self, field: &str, list: &[Value]) {
        let has_text = |object: &Map<String, Value>| {
            let mut fields = object.iter();
            fields.any(|(key, value)| self.table.is_text(key) && text_of(value).is_some())
        };
        let now = Wrapper {
            field: field.to_owned(),
            objects: list.len(),
            of_articles: list.iter().filter_map(Value::as_object).any(has_text),
        };
        let worth = |it: &Wrapper| (it.of_articles, it.objects);
        if self
            .wrapper
            .as_ref()
            .is_none_or(|other| worth(&now) > worth(other))
        {
            self.wrapper = Some(now);
        }
    }

    /// Adds the names of the fields in an object that plays no role.
    fn add_names(&mut self, object: &Map<String, Value>, path: &str, levels: usize) {
        for (key, value) in object {
            let path = format!("{path}.{key}");
            match value {
                Value::Object(inner) if levels > 1 => self.add_names(inner, &path, levels - 1),
                _ => {
                    self.names.insert(path);
                }
            }
        }
    }

    fn object(
        &mut self,
        object: &Map<String, Value>,
        names: &Node,
        prefix: &str,
        texts: &mut Vec<(String, String)>,
    ) {
        for (key, value) in object {
            let path = format!("{prefix}{key}");
            let entry = names.get(key.as_bytes());
            for m in entry.iter().flat_map(|e| &e.matches) {
                let plain = !value.is_object() && !value.is_array();
                self.seen[m.role as usize] |= plain || m.role == Role::Text;
                if let (Role::Published, Value::String(date)) = (m.role, value) {
                    self.orders.look(date);
                }
                if m.role == Role::Text {
                    match text_of(value) {
                        Some(text) => {
                            self.has_text = true;
                            texts.push((path.clone(), text));
                        }
                        // An article without text: a reject, but the field is there.
                        None if value.is_null() => self.has_text = true,
                        None => {
                            self.no_text
                                .get_or_insert_with(|| (path.clone(), kind(value)));
                        }
                    }
                }
            }
            let is_text = entry.is_some_and(|e| e.matches.iter().any(|m| m.role == Role::Text));
            if let Value::Array(list) = value
                && list.iter().any(Value::is_object)
                && !is_text
            {
                self.look_at_list(&path, list);
            }
            if let Value::Object(inner) = value {
                match entry.and_then(|e| e.inner.as_ref()) {
                    Some(names) => self.object(inner, names, &format!("{path}."), texts),
                    None => self.add_names(inner, &path, NESTED),
                }
            } else {
                self.names.insert(path);
            }
        }
    }
}

/// Levels of objects in objects whose fields are listed.
const NESTED: usize = 4;

/// What a value is, for a message.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Object(_) => "an object",
        Value::Array(list) if list.iter().any(Value::is_object) => "a list with objects in it",
        Value::Array(_) => "a list with something else than strings in it",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::Null | Value::String(_) => "nothing",
    }
}

/// The text that a value holds, trimmed; `None` if it is of a type that holds none.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => Some(s.trim().to_owned()),
        Value::Array(items) => {
            let items: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
            items.map(|i| i.join("\n\n").trim().to_owned())
        }
        _ => None,
    }
}

fn ambiguous(file: &str, line: u64, mut texts: Vec<(String, String)>) -> Result<()> {
    texts.retain(|(_, text)| !text.is_empty());
    if texts.windows(2).all(|w| w[0].1 == w[1].1) {
        return Ok(());
    }
    let names = texts.iter().map(|(name, _)| name.as_str());
    Err(Error::Input(format!(
        "{file}:{line}: ambiguous: several fields may be the article's text, and they differ: {}; \
         choose one with --text-field",
        list_names(names)
    )))
}
