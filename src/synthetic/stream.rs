//! Blocks of articles: planned, written, shuffled by time, and streamed in order.

use std::io::{self, Write};
use std::ops::Range;

use rayon::prelude::*;

use super::copying::{self, Kind};
use super::grammar::{Grammar, Outlet, Today};
use super::random::Random;
use super::story::{self, Story};
use super::{SyntheticOptions, SyntheticSummary};

/// Articles in a block. A story and its copies lie in one block, so blocks can be written independently.
const BLOCK: u64 = 2_500;
/// Seconds within which the originals of a block are published.
const BLOCK_TIME: u64 = 12 * HOUR;
/// 1 January 2016, the first day of every corpus, in seconds since 1970.
const FIRST_DAY: u64 = 1_451_606_400;
const HOUR: u64 = 3_600;
/// Blocks for which the recurring series are the same: four days, in which each series has sixteen issues.
const SERIES_BLOCKS: u64 = 8;
/// Recurring reports among 1,000 articles (that are not variants).
const RECURRING_PER_MILLE: u64 = 12;
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

pub(super) fn write(
    options: &SyntheticOptions,
    out: &mut dyn Write,
    mut truth: Option<&mut dyn Write>,
) -> io::Result<SyntheticSummary> {
    let blocks = options.articles.div_ceil(BLOCK);
    // A block and the one that is being written, for each thread: what is held does not grow with the corpus.
    let batch = rayon::current_num_threads().max(1) as u64;
    let variant_story = (options.variants_of_one_per_mille > 0).then(|| {
        let random = Random::new(&[options.seed, Purpose::VariantStory as u64]);
        Story::new(random, options.words.into())
    });
    let make = |first: u64| -> Vec<Block> {
        let numbers = first..blocks.min(first + batch);
        numbers
            .into_par_iter()
            .map(|number| Writer::new(options, number, variant_story.as_ref()).block())
            .collect()
    };
    let mut summary = SyntheticSummary::default();
    if let Some(truth) = &mut truth {
        truth.write_all(b"id,story,kind\n")?;
    }
    let mut ready = make(0);
    let mut next = batch;
    while !ready.is_empty() {
        let mut following = Vec::new();
        let mut written = Ok(());
        // The next blocks are made while these are written; writing stays on this thread.
        rayon::in_place_scope(|scope| {
            if next < blocks {
                scope.spawn(|_| following = make(next));
            }
            for block in &ready {
                written = out.write_all(&block.lines);
                if let (Ok(()), Some(truth)) = (&written, &mut truth) {
                    written = truth.write_all(&block.truth);
                }
                if written.is_err() {
                    return;
                }
                summary.add(&block.summary);
            }
        });
        written?;
        ready = following;
        next += batch;
    }
    out.flush()?;
    if let Some(truth) = &mut truth {
        truth.flush()?;
    }
    Ok(summary)
}

/// A finished block.
struct Block {
    lines: Vec<u8>,
    truth: Vec<u8>,
    summary: SyntheticSummary,
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

/// How many articles of each sort a block holds.
struct Plan {
    variants: u64,
    /// The number of copies of each story that has any.
    copies: Vec<u64>,
    follow_ups: u64,
    recurring: u64,
    singles: u64,
}

impl Plan {
    fn new(options: &SyntheticOptions, articles: Range<u64>, random: &mut Random) -> Self {
        let share = u64::from(options.variants_of_one_per_mille);
        // Differences of rounded totals: exact over the whole corpus.
        let variants_until = |end: u64| (u128::from(end) * u128::from(share) / 1000) as u64;
        let variants = variants_until(articles.end) - variants_until(articles.start);
        let others = articles.end - articles.start - variants;
        let wanted = others * u64::from(options.copies_per_mille) / 1000;
        let mut free = others - wanted;
        let mut copies = Vec::new();
        let mut left = wanted;
        while left > 0 && free > 0 {
            // In a tiny corpus no single story takes all.
            let number = draw_copies(random).min(left).min(1 + wanted / 3);
            copies.push(number);
            left -= number;
            free -= 1;
        }
        // Hardly any originals are left when nearly everything is to be a copy: then each has more of them.
        let stories = copies.len();
        for number in (0..stories).cycle().take(left as usize) {
            copies[number] += 1;
        }
        let follow_ups = free.min(stories as u64 / 3);
        let recurring = (free - follow_ups).min(others * RECURRING_PER_MILLE / 1000);
        let singles = free - follow_ups - recurring;
        Self {
            variants,
            copies,
            follow_ups,
            recurring,
            singles,
        }
    }
}

/// How often a story is copied: mostly once to three times, up to 39 times.
fn draw_copies(random: &mut Random) -> u64 {
    match random.below(100) {
        0..50 => 1,
        50..70 => 2,
        70..80 => 3,
        80..93 => random.between(4, 7),
        93..98 => random.between(8, 15),
        _ => random.between(16, 39),
    }
}

/// Writes one block.
struct Writer<'a> {
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
    fn new(options: &'a SyntheticOptions, number: u64, variant_story: Option<&'a Story>) -> Self {
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

    fn block(mut self) -> Block {
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
        let today = Moment::at(published).today();
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
        let moment = Moment::at(published);
        let out = &mut self.records;
        push(out, b",\"title\":");
        push_json(out, title);
        push(out, b",\"source\":\"");
        push(out, domain.as_bytes());
        push(out, b"\",\"published\":\"");
        push(out, moment.iso().as_bytes());
        push(out, b"\",\"url\":\"https://");
        push(out, domain.as_bytes());
        push(
            out,
            format!("/{}/{}", moment.date('/'), slug(title)).as_bytes(),
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

/// A moment of the civil calendar, UTC.
struct Moment {
    year: u64,
    month: u64,
    day: u64,
    /// From Sunday, 0, to Saturday, 6.
    weekday: u64,
    second_of_day: u64,
}

impl Moment {
    /// The moment `seconds` after the start of 1970.
    fn at(seconds: u64) -> Self {
        // Years are counted from March, so that a leap day is the last day of its year.
        let days = seconds / 86_400 + 719_468;
        let era = days / 146_097;
        let day_of_era = days % 146_097;
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = (month_from_march + 2) % 12 + 1;
        let year = era * 400 + year_of_era + u64::from(month <= 2);
        Self {
            year,
            month,
            day,
            // The first day of 1970 was a Thursday.
            weekday: (seconds / 86_400 + 4) % 7,
            second_of_day: seconds % 86_400,
        }
    }

    fn today(&self) -> Today {
        const WEEKDAYS: [&str; 7] = [
            "Sunday",
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
        ];
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        Today {
            weekday: WEEKDAYS[self.weekday as usize].to_owned(),
            date: format!("{} {}", self.day, MONTHS[self.month as usize - 1]),
        }
    }

    fn date(&self, separator: char) -> String {
        format!(
            "{:04}{separator}{:02}{separator}{:02}",
            self.year, self.month, self.day
        )
    }

    /// ISO 8601, as in `2016-01-01T06:30:00Z`.
    fn iso(&self) -> String {
        let (hour, minute) = (self.second_of_day / HOUR, self.second_of_day / 60 % 60);
        format!(
            "{}T{hour:02}:{minute:02}:{:02}Z",
            self.date('-'),
            self.second_of_day % 60
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_calendar() {
        for (seconds, iso) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (FIRST_DAY, "2016-01-01T00:00:00Z"),
            (FIRST_DAY - 1, "2015-12-31T23:59:59Z"),
            (1_456_790_399, "2016-02-29T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(Moment::at(seconds).iso(), iso);
        }
    }

    #[test]
    fn days_have_their_names() {
        let today = Moment::at(FIRST_DAY).today();
        assert_eq!(
            (today.weekday.as_str(), today.date.as_str()),
            ("Friday", "1 January")
        );
        let today = Moment::at(951_782_400).today();
        assert_eq!(
            (today.weekday.as_str(), today.date.as_str()),
            ("Tuesday", "29 February")
        );
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
    fn a_plan_fills_its_block_exactly() {
        for articles in [0, 1, 2, 7, 100, 2_500] {
            for copies_per_mille in [0, 130, 500, 900] {
                for variants_of_one_per_mille in [0, 37, 500, 1000] {
                    let options = SyntheticOptions {
                        copies_per_mille,
                        variants_of_one_per_mille,
                        ..SyntheticOptions::default()
                    };
                    let plan = Plan::new(&options, 3..3 + articles, &mut Random::new(&[1]));
                    let copies: u64 = plan.copies.iter().sum();
                    let others = plan.follow_ups + plan.recurring + plan.singles;
                    let total = plan.variants + plan.copies.len() as u64 + copies + others;
                    assert_eq!(total, articles);
                    let wanted = (articles - plan.variants) * u64::from(copies_per_mille) / 1000;
                    assert_eq!(copies, wanted);
                }
            }
        }
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
