//! The arguments that say how articles are read, of every command that reads some.

use super::help::INPUT;
use crate::corpus::dates::DateOrder;
use crate::corpus::{CorpusOptions, FieldNames, Format};
use crate::memory::Size;
use crate::report;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// How the corpus is read.
#[derive(Args)]
#[command(next_help_heading = INPUT)]
pub(super) struct InputArguments {
    /// Format of all inputs; told from name and content without it
    #[arg(long, value_enum)]
    format: Option<FormatArgument>,
    /// Field of the text; a dot reaches into nested objects
    #[arg(long, value_name = "NAME")]
    text_field: Option<String>,
    /// Field of the id
    #[arg(long, value_name = "NAME")]
    id_field: Option<String>,
    /// Field of the title
    #[arg(long, value_name = "NAME")]
    title_field: Option<String>,
    /// Field of the outlet
    #[arg(long, value_name = "NAME")]
    source_field: Option<String>,
    /// Field of the date of publication
    #[arg(long, value_name = "NAME")]
    published_field: Option<String>,
    /// Field of the address
    #[arg(long, value_name = "NAME")]
    url_field: Option<String>,
    /// Which number comes first in dates like 4/3/2024; told from the other dates without it, or, where these do not tell, the month
    #[arg(long, value_enum, value_name = "FIRST")]
    date_order: Option<DateOrderArgument>,
    /// Longest record, 1GiB at the most; longer ones are bad records
    #[arg(long, value_name = "SIZE", allow_hyphen_values = true, default_value = "16MiB", value_parser = bytes)]
    max_document: usize,
    /// Stop at the first bad record
    #[arg(long)]
    pub strict: bool,
}

fn bytes(text: &str) -> Result<usize, String> {
    let refused = |_| "it must be a size such as 16MiB, from 1 byte to 1GiB".to_owned();
    let Size(bytes) = text.parse().map_err(refused)?;
    usize::try_from(bytes).map_err(|error| error.to_string())
}

#[derive(Clone, Copy, ValueEnum)]
enum DateOrderArgument {
    /// The month
    Month,
    /// The day
    Day,
}

#[derive(Clone, Copy, ValueEnum)]
enum FormatArgument {
    /// One JSON object a line
    Jsonl,
    /// One JSON array, or objects one after another
    Json,
    /// Comma-separated, with a header
    Csv,
    /// Tab-separated, with a header
    Tsv,
    /// Plain text, one article a file
    Text,
}

impl From<FormatArgument> for Format {
    fn from(argument: FormatArgument) -> Self {
        match argument {
            FormatArgument::Jsonl => Self::Jsonl,
            FormatArgument::Json => Self::Json,
            FormatArgument::Csv => Self::Csv,
            FormatArgument::Tsv => Self::Tsv,
            FormatArgument::Text => Self::Text,
        }
    }
}

impl InputArguments {
    /// What the library is told; temporary files go to `tmp`.
    pub fn options(&self, tmp: Option<PathBuf>) -> CorpusOptions {
        CorpusOptions {
            format: self.format.map(Format::from),
            fields: FieldNames {
                id: self.id_field.clone(),
                title: self.title_field.clone(),
                text: self.text_field.clone(),
                source: self.source_field.clone(),
                published: self.published_field.clone(),
                url: self.url_field.clone(),
            },
            date_order: self.date_order.map(|order| match order {
                DateOrderArgument::Month => DateOrder::MonthFirst,
                DateOrderArgument::Day => DateOrder::DayFirst,
            }),
            passed_over: report::headers(),
            max_document: self.max_document,
            tmp,
            ..CorpusOptions::default()
        }
    }
}
