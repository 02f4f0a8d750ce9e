//! Pictures show what the screen shows.

use std::time::Duration;

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use crate::tui::picture::{Film, Paint, still, text};

fn screen(lines: &[&str]) -> Buffer {
    Buffer::with_lines(lines.iter().copied())
}

#[test]
fn text_keeps_the_columns_of_wide_signs() {
    assert_eq!(text(&screen(&["日本 x", "ab"])), "日本 x\nab\n");
}

#[test]
fn letters_are_written_where_they_stand_and_escaped() {
    let picture = still(&screen(&["  a<b&c  "]), &Paint::DARK);
    assert!(
        picture
            .contains("<text x=\"16\" y=\"13\" fill=\"#d7dae0\" textLength=\"40\">a&lt;b&amp;c<")
    );
}

#[test]
fn a_half_block_lies_on_its_background() {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 2, 1));
    let style = Style::new()
        .fg(Color::Rgb(1, 2, 3))
        .bg(Color::Rgb(255, 0, 0));
    buffer.set_string(0, 0, "▀▀", style);
    let picture = still(&buffer, &Paint::DARK);
    let behind = picture
        .find("fill=\"#ff0000\" d=\"M0 0h16v17h-16z\"")
        .unwrap();
    let above = picture
        .find("fill=\"#010203\" d=\"M0 0h16v8.5h-16z\"")
        .unwrap();
    assert!(behind < above);
}

#[test]
fn a_film_shows_each_row_while_it_was_so() {
    let mut film = Film::new((4, 2), Paint::LIGHT);
    film.take(Duration::from_secs(1), &screen(&["same", "one "]));
    film.take(Duration::from_millis(1010), &screen(&["same", "lost"]));
    film.take(Duration::from_secs(2), &screen(&["same", "two "]));
    let picture = film.finish(Duration::from_secs(5));
    assert_eq!(picture.matches(">same<").count(), 1);
    assert!(
        !picture.contains(">lost<"),
        "it came too soon after the one before"
    );
    assert!(picture.contains("animation:4.00s step-end infinite"));
    assert!(picture.contains("@keyframes k0{0.00%{visibility:visible}25.00%{visibility:hidden}}"));
    assert!(picture.contains("@keyframes k1{0%{visibility:hidden}25.00%{visibility:visible}}"));
    assert!(picture.contains("<g class=\"r a1\" transform=\"translate(0 17)\">"));
}

proptest! {
    #[test]
    fn whatever_stands_on_the_screen_makes_a_picture(lines in prop::collection::vec("\\PC{0,20}", 1..5)) {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let picture = still(&screen(&lines), &Paint::DARK);
        prop_assert_eq!(picture.matches("<text").count(), picture.matches("</text>").count());
        prop_assert!(picture.ends_with("</svg>\n"));
    }
}
