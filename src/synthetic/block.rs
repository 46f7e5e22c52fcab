//! One block of articles: planned, written, and shuffled by time.

use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::copying::{self, Kind};
use super::grammar::{Grammar, Outlet};
use super::pen::Today;
use super::plan::Plan;
use super::random::Random;
use super::story::{self, Story};
use super::{SyntheticOptions, SyntheticSummary};

/// Articles in a block. A story and its copies lie in one block, so blocks can be written independently.
pub(super) const BLOCK: u64 = 2_500;
/// Seconds within which the originals of a block are published.
const BLOCK_TIME: u64 = 12 * HOUR;
/// 1 January 2016, the first day of every corpus, in seconds since 1970.
const FIRST_DAY: u64 = 1_451_606_400;
const HOUR: u64 = 3_600;
/// Blocks for which the recurring series are the same: four days, in which each series has sixteen issues.
const SERIES_BLOCKS: u64 = 8;
/// Stories with copies are at least this long; nobody cuts a brief.
const MIN_COPIED_WORDS: u64 = 120;

/// What a stream of random numbers is for; each purpose has its own.
#[derive(Clone, Copy)]
enum Purpose {
    Block = 1,
    Series,
    Issue,
    VariantStory,
}

/// The story that has variants all over the corpus, if there is to be one.
pub(super) fn variant_story(options: &SyntheticOptions) -> Option<Story> {
    (options.variants_of_one_per_mille > 0).then(|| {
        let random = Random::new(&[options.seed, Purpose::VariantStory as u64]);
        Story::new(random, options.words.into())
    })
}

/// A finished block.
pub(super) struct Block {
    /// Its articles, a line each.
    pub(super) lines: Vec<u8>,
    /// The rows of the truth that tell of them.
    pub(super) truth: Vec<u8>,
    pub(super) summary: SyntheticSummary,
}

/// An article whose place in the block is not settled yet.
struct Draft {
    /// Seconds since 1970 at which a crawler found it: what the block is ordered by.
    crawled: u64,
    /// Its record without the id, in [`Writer::records`].
    record: Range<usize>,
    story: Option<(StoryName, Kind)>,
}

#[derive(Clone, Copy)]
enum StoryName {
    /// The story of this number in the block.
    InBlock(u64),
    /// The one story that has variants all over the corpus.
    Variants,
}

/// Writes one block.
pub(super) struct Writer<'a> {
    options: &'a SyntheticOptions,
    number: u64,
    articles: Range<u64>,
    variant_story: Option<&'a Story>,
    outlets: &'static [Outlet],
    random: Random,
    records: Vec<u8>,
    drafts: Vec<Draft>,
    stories: u64,
    summary: SyntheticSummary,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        options: &'a SyntheticOptions,
        number: u64,
        variant_story: Option<&'a Story>,
    ) -> Self {
        let start = number * BLOCK;
        let articles = start..options.articles.min(start + BLOCK);
        let length = (articles.end - articles.start) as usize;
        Self {
            options,
            number,
            articles,
            variant_story,
            outlets: &Grammar::get().outlets,
            random: Random::new(&[options.seed, Purpose::Block as u64, number]),
            records: Vec::with_capacity(length * (options.words as usize * 7 + 256)),
            drafts: Vec::with_capacity(length),
            stories: 0,
            summary: SyntheticSummary::default(),
        }
    }

    pub(super) fn block(mut self) -> Block {
        let plan = Plan::new(self.options, self.articles.clone(), &mut self.random);
        let mut follow_ups = plan.follow_ups;
        for &copies in &plan.copies {
            let follow_up = follow_ups > 0;
            follow_ups = follow_ups.saturating_sub(1);
            self.cluster(copies, follow_up);
        }
        for issue in 0..plan.recurring {
            self.recurring(issue);
        }
        for _ in 0..plan.singles {
            self.single();
        }
        if let Some(story) = self.variant_story {
            for _ in 0..plan.variants {
                self.variant(story);
            }
        }
        self.finish()
    }

    /// A story, its copies, and at times a follow-up.
    fn cluster(&mut self, copies: u64, follow_up: bool) {
        let words = self.draw_length().max(MIN_COPIED_WORDS);
        let story = Story::new(Random::new(&[self.random.bits()]), words);
        let name = self.next_story();
        let published = self.draw_time();
        let outlets = self.random.distinct(self.outlets.len(), self.outlets.len());
        let outlet_of = |nth: u64| outlets[nth as usize % outlets.len()];
        let planted = Some((name, Kind::Original));
        self.draft(&story.title, &story.text, outlet_of(0), published, planted);
        for nth in 1..=copies {
            let kind = Kind::draw(&mut self.random);
            let outlet = outlet_of(nth);
            let (title, text) =
                copying::copy(&story, kind, &self.outlets[outlet], &mut self.random);
            let published = published + self.draw_delay();
            self.draft(&title, &text, outlet, published, Some((name, kind)));
        }
        self.summary.clusters += 1;
        self.summary.clustered += 1 + copies;
        if follow_up {
            let (title, text) = story.follow_up(&mut self.random);
            let published = published + self.random.between(12 * HOUR, 72 * HOUR);
            let planted = Some((self.next_story(), Kind::FollowUp));
            self.draft(&title, &text, outlet_of(0), published, planted);
            self.summary.follow_ups += 1;
        }
    }

    fn recurring(&mut self, issue: u64) {
        let seed = self.options.seed;
        // Two issues of each series a block: half a day apart.
        let series = issue / 2;
        let epoch = self.number / SERIES_BLOCKS;
        let mut wording = Random::new(&[seed, Purpose::Series as u64, epoch, series]);
        let outlet = wording.index(self.outlets.len());
        let figures = Random::new(&[seed, Purpose::Issue as u64, self.number, issue]);
        let published = self.draw_time();
        let today = today(moment(published));
        let (title, text) = story::recurring(&mut wording, figures, today);
        let planted = Some((self.next_story(), Kind::Template));
        self.draft(&title, &text, outlet, published, planted);
        self.summary.templates += 1;
    }

    /// An article like no other. One in eight leaves a line of its page in the text.
    fn single(&mut self) {
        let words = self.draw_length();
        let story = Story::new(Random::new(&[self.random.bits()]), words);
        let published = self.draw_time();
        let outlet = self.random.index(self.outlets.len());
        if self.random.chance(1, 8) {
            let words = self.random.between(2, 12);
            let outlet_named = &self.outlets[outlet];
            let text = copying::furnish(&story, &story.text, outlet_named, &mut self.random, words);
            self.draft(&story.title, &text, outlet, published, None);
        } else {
            self.draft(&story.title, &story.text, outlet, published, None);
        }
    }

    fn variant(&mut self, story: &Story) {
        let outlet = self.random.index(self.outlets.len());
        let kind = Kind::Variant;
        let (title, text) = copying::copy(story, kind, &self.outlets[outlet], &mut self.random);
        let published = self.draw_time();
        self.draft(
            &title,
            &text,
            outlet,
            published,
            Some((StoryName::Variants, kind)),
        );
        self.summary.variants += 1;
    }

    fn draw_length(&mut self) -> u64 {
        story::draw_length(&mut self.random, self.options.words.into())
    }

    fn next_story(&mut self) -> StoryName {
        self.stories += 1;
        StoryName::InBlock(self.stories - 1)
    }

    /// A moment within the block's half day.
    fn draw_time(&mut self) -> u64 {
        FIRST_DAY + self.number * BLOCK_TIME + self.random.below(BLOCK_TIME)
    }

    /// How long after the original a copy appears: 1 minute to 60 hours, half of them within 7.5 hours.
    fn draw_delay(&mut self) -> u64 {
        const LONGEST: u64 = 60 * HOUR;
        let share = self.random.below(LONGEST);
        60 + (share * share / LONGEST) * share / LONGEST * (LONGEST - 60) / LONGEST
    }

    /// Writes the record but for its id.
    fn draft(
        &mut self,
        title: &str,
        text: &str,
        outlet: usize,
        published: u64,
        story: Option<(StoryName, Kind)>,
    ) {
        let start = self.records.len();
        let number = self.articles.start + self.drafts.len() as u64;
        let domain = &self.outlets[outlet].domain;
        let moment = moment(published);
        let out = &mut self.records;
        push(out, b",\"title\":");
        push_json(out, title);
        push(out, b",\"source\":\"");
        push(out, domain.as_bytes());
        push(out, b"\",\"published\":\"");
        push(out, format!("{moment}Z").as_bytes());
        push(out, b"\",\"url\":\"https://");
        push(out, domain.as_bytes());
        push(
            out,
            format!("/{}/{}", moment.strftime("%Y/%m/%d"), slug(title)).as_bytes(),
        );
        push(out, format!("{number}\",\"text\":").as_bytes());
        push_json(out, text);
        push(out, b"}\n");
        // Crawlers come by within three hours.
        let crawled = published + self.random.below(3 * HOUR);
        self.drafts.push(Draft {
            crawled,
            record: start..self.records.len(),
            story,
        });
    }

    /// Orders the block by the time of the crawl and gives the articles their ids.
    fn finish(mut self) -> Block {
        self.drafts
            .sort_by_key(|draft| (draft.crawled, draft.record.start));
        let mut lines = Vec::with_capacity(self.records.len() + self.drafts.len() * 24);
        let mut truth = Vec::new();
        for (id, draft) in self.articles.clone().zip(&self.drafts) {
            let id = format!("a{id:09}");
            push(&mut lines, b"{\"id\":\"");
            push(&mut lines, id.as_bytes());
            push(&mut lines, b"\"");
            push(&mut lines, &self.records[draft.record.clone()]);
            if let Some((story, kind)) = draft.story {
                let story = match story {
                    StoryName::InBlock(story) => format!("s{:06}-{story:04}", self.number),
                    StoryName::Variants => "variants".to_owned(),
                };
                push(&mut truth, format!("{id},{story},{kind}\n").as_bytes());
                self.summary.truth_rows += 1;
            }
        }
        self.summary.articles = self.drafts.len() as u64;
        self.summary.bytes = lines.len() as u64;
        Block {
            lines,
            truth,
            summary: self.summary,
        }
    }
}

fn push(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(bytes);
}

fn push_json(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("a string can be written to memory as JSON");
}

/// The title as it stands in an address: at most about 60 letters, digits and hyphens.
fn slug(title: &str) -> String {
    let mut slug = String::with_capacity(64);
    for letter in title.chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if letter.is_ascii() && !slug.is_empty() && !slug.ends_with('-') {
            if slug.len() >= 56 {
                break;
            }
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug.push('-');
    slug
}

/// The moment `seconds` after the start of 1970, in UTC.
fn moment(seconds: u64) -> DateTime {
    let moment = i64::try_from(seconds)
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok());
    // The calendar ends with the year 9999, which ten billion articles do not reach.
    TimeZone::UTC.to_datetime(moment.unwrap_or(Timestamp::MAX))
}

fn today(moment: DateTime) -> Today {
    Today {
        weekday: moment.strftime("%A").to_string(),
        date: moment.strftime("%-d %B").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_their_names() {
        let first = moment(FIRST_DAY);
        assert_eq!(format!("{first}Z"), "2016-01-01T00:00:00Z");
        let Today { weekday, date } = today(first);
        assert_eq!((weekday.as_str(), date.as_str()), ("Friday", "1 January"));
        let last = moment(u64::MAX);
        assert_eq!(last.year(), 9999, "a corpus without end");
    }

    #[test]
    fn slugs_are_plain() {
        assert_eq!(
            slug("“Pier was old”: Zoë Haldern on 5 boats"),
            "pier-was-old-zo-haldern-on-5-boats-"
        );
        assert_eq!(slug("“…”"), "-");
        assert!(slug(&"word ".repeat(40)).len() < 64);
    }

    #[test]
    fn copies_come_within_sixty_hours_and_most_come_early() {
        let options = SyntheticOptions::default();
        let mut writer = Writer::new(&options, 0, None);
        let mut delays: Vec<u64> = (0..10_001).map(|_| writer.draw_delay()).collect();
        delays.sort_unstable();
        assert!(delays[0] >= 60 && delays[10_000] <= 60 * HOUR && delays[10_000] > 58 * HOUR);
        assert!(
            (7 * HOUR..8 * HOUR).contains(&delays[5_000]),
            "{}",
            delays[5_000]
        );
    }
}
