//! The themes can be read, whatever the terminal has.

use std::fmt::Write;

use insta::assert_snapshot;
use ratatui::style::Color;

use super::*;
use crate::tui::theme::depth::Depth;
use crate::tui::theme::look::paint;
use crate::tui::theme::palette::{CONTRAST_DARK, CONTRAST_LIGHT, DARK, LIGHT, Row};
use crate::tui::theme::rgb::{contrast, hex, of_index};

/// The background that dark pictures have, then those of terminals as they come and of well-known schemes.
const DARK_BACKGROUNDS: [u32; 6] = [
    0x16_181d, 0x00_0000, 0x1e_1e1e, 0x28_2c34, 0x00_2b36, 0x2e_3440,
];
const LIGHT_BACKGROUNDS: [u32; 4] = [0xff_ffff, 0xfa_fafa, 0xfd_f6e3, 0xef_f1f5];

fn seen(color: Color) -> Option<Rgb> {
    match color {
        Color::Rgb(red, green, blue) => Some([red, green, blue]),
        Color::Indexed(index) => of_index(index),
        _ => None,
    }
}

/// The roles whose contrast on one of the backgrounds is less than it must be.
fn faint(palette: &[Row], depth: Depth, backgrounds: &[u32], least: f64) -> Vec<String> {
    let theme = paint(palette, &[], depth);
    let mut found = Vec::new();
    let behind = [Role::Background, Role::Selection];
    for role in Role::ALL.into_iter().filter(|role| !behind.contains(role)) {
        let Some(ink) = seen(theme.ink(role)) else {
            continue;
        };
        // A border is no text: 3 is enough (WCAG 1.4.11), on the first background.
        let is_border = role == Role::Border;
        let backgrounds = if is_border {
            &backgrounds[..1]
        } else {
            backgrounds
        };
        for background in backgrounds {
            let contrast = contrast(ink, hex(*background));
            if contrast < if is_border { 3.0 } else { least } {
                found.push(format!("{} {contrast:.2} on {background:06x}", role.name()));
            }
        }
    }
    found
}

#[test]
fn contrast_is_measured_as_the_standard_says() {
    assert!((contrast([0, 0, 0], [255, 255, 255]) - 21.0).abs() < 1e-9);
    let gray = contrast(hex(0x76_7676), [255, 255, 255]);
    assert!((gray - 4.54).abs() < 0.01, "{gray}");
}

#[test]
fn every_text_can_be_read_on_every_usual_background() {
    let white = 0xff_ffff;
    // Of 256 colours none is dark enough and still a brown: high contrast is a little less there.
    for (depth, most) in [(Depth::True, 7.0), (Depth::Indexed, 5.7)] {
        for (palette, backgrounds, least) in [
            (DARK, &DARK_BACKGROUNDS[..], 4.5),
            (LIGHT, &LIGHT_BACKGROUNDS, 4.5),
            (CONTRAST_DARK, &[0], most),
            (CONTRAST_LIGHT, &[white], most),
        ] {
            let found = faint(palette, depth, backgrounds, least);
            assert!(found.is_empty(), "{depth:?}: {found:?}");
        }
    }
}

#[test]
fn every_text_can_be_read_on_the_chosen_line() {
    for palette in [DARK, LIGHT, CONTRAST_DARK, CONTRAST_LIGHT] {
        let theme = paint(palette, &[], Depth::True);
        let Some([red, green, blue]) = seen(theme.ink(Role::Selection)) else {
            panic!("no selection");
        };
        let behind = u32::from_be_bytes([0, red, green, blue]);
        let found = faint(palette, Depth::True, &[behind], 4.5);
        let found: Vec<_> = found
            .iter()
            .filter(|role| !role.starts_with("border"))
            .collect();
        assert!(found.is_empty(), "{found:?}");
    }
}

/// Sixteen colours are painted as their owner likes; these are the palettes of the Linux console and of xterm.
#[test]
fn sixteen_colours_can_be_read_on_the_console_and_in_xterm() {
    const CONSOLE: [u32; 16] = [
        0, 0xaa_0000, 0x00_aa00, 0xaa_5500, 0x00_00aa, 0xaa_00aa, 0x00_aaaa, 0xaa_aaaa, 0x55_5555,
        0xff_5555, 0x55_ff55, 0xff_ff55, 0x55_55ff, 0xff_55ff, 0x55_ffff, 0xff_ffff,
    ];
    const XTERM: [u32; 16] = [
        0, 0xcd_0000, 0x00_cd00, 0xcd_cd00, 0x00_00ee, 0xcd_00cd, 0x00_cdcd, 0xe5_e5e5, 0x7f_7f7f,
        0xff_0000, 0x00_ff00, 0xff_ff00, 0x5c_5cff, 0xff_00ff, 0x00_ffff, 0xff_ffff,
    ];
    for (palette, background) in [
        (DARK, 0),
        (LIGHT, 0xff_ffff),
        (CONTRAST_DARK, 0),
        (CONTRAST_LIGHT, 0xff_ffff),
    ] {
        let theme = paint(palette, &[], Depth::Sixteen);
        for role in Role::ALL {
            let place = (0..16).find(|index| rgb::of_sixteen(*index) == Some(theme.ink(role)));
            let (Some(place), false) = (place, matches!(role, Role::Background | Role::Border))
            else {
                continue;
            };
            for colors in [CONSOLE, XTERM] {
                let ink = hex(colors[usize::from(place)]);
                let contrast = contrast(ink, hex(background));
                assert!(
                    contrast >= 3.9,
                    "{} {contrast:.2} on {background:06x}",
                    role.name()
                );
            }
        }
    }
}

#[test]
fn roles_stand_in_their_own_order() {
    for (place, role) in Role::ALL.into_iter().enumerate() {
        assert_eq!(role as usize, place);
    }
}

#[test]
fn the_colours_of_every_theme() {
    let mut text = String::new();
    let palettes = [
        ("dark", DARK),
        ("light", LIGHT),
        ("high contrast, dark", CONTRAST_DARK),
        ("high contrast, light", CONTRAST_LIGHT),
    ];
    for (name, palette) in palettes {
        writeln!(text, "{name}").unwrap();
        let [all, some, few] =
            [Depth::True, Depth::Indexed, Depth::Sixteen].map(|depth| paint(palette, &[], depth));
        for role in Role::ALL {
            let [all, some, few] = [all, some, few].map(|theme| theme.ink(role).to_string());
            writeln!(text, "  {:12} {all:8} {some:4} {few}", role.name()).unwrap();
        }
    }
    assert_snapshot!(text);
}

#[test]
fn a_colour_of_ones_own_goes_where_it_was_meant_to() {
    let own = [
        (Role::Accent, Color::Rgb(1, 2, 3)),
        (Role::JsonKey, Color::Indexed(200)),
        (Role::Accent, Color::Rgb(4, 5, 6)),
    ];
    let theme = paint(DARK, &own, Depth::True);
    assert_eq!(theme.ink(Role::Accent), Color::Rgb(4, 5, 6));
    assert_eq!(theme.ink(Role::Focus), Color::Rgb(4, 5, 6));
    assert_eq!(theme.ink(Role::JsonKey), Color::Indexed(200));
    assert_eq!(
        theme.ink(Role::Good),
        paint(DARK, &[], Depth::True).ink(Role::Good)
    );
}

#[test]
fn colours_are_read_as_people_write_them() {
    assert_eq!(parse_color("#88c0d0"), Some(Color::Rgb(0x88, 0xc0, 0xd0)));
    assert_eq!(parse_color("#8cD"), Some(Color::Rgb(0x88, 0xcc, 0xdd)));
    assert_eq!(parse_color("bright-cyan"), Some(Color::LightCyan));
    assert_eq!(parse_color("9"), Some(Color::LightRed));
    assert_eq!(parse_color("208"), Some(Color::Indexed(208)));
    assert_eq!(parse_color("default"), Some(Color::Reset));
    for bad in ["", "#", "#12345", "#+12345", "cian", "256", "-1", "#éé"] {
        assert_eq!(parse_color(bad), None, "{bad}");
    }
}

#[test]
fn a_terminals_answer_is_read_in_every_form() {
    for text in [
        "rgb:1e1e/2020/3030",
        "rgb:1e/20/30",
        "rgba:1e1e/2020/3030/ffff",
        "#1e2030",
    ] {
        assert_eq!(answered(text), Some([0x1e, 0x20, 0x30]), "{text}");
    }
    assert_eq!(answered("rgb:f/0/8"), Some([255, 0, 136]));
    for bad in [
        "",
        "?",
        "rgb:",
        "rgb:1/2",
        "rgb:12345/1/1",
        "rgb:x/y/z",
        "rgb:/1/1",
        "#12",
    ] {
        assert_eq!(answered(bad), None, "{bad}");
    }
}

fn depth(variables: &[(&str, &str)]) -> Depth {
    Depth::of(&|name| {
        let found = variables.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| value.into())
    })
}

#[test]
fn the_environment_says_how_many_colours_there_are() {
    let truecolor = ("COLORTERM", "truecolor");
    for (variables, wanted) in [
        (&[("TERM", "xterm-256color"), truecolor][..], Depth::True),
        (&[("TERM", "xterm-kitty")], Depth::True),
        (
            &[("TERM", "xterm-256color"), ("TERM_PROGRAM", "iTerm.app")],
            Depth::True,
        ),
        (
            &[
                ("TERM", "xterm-256color"),
                ("TERM_PROGRAM", "Apple_Terminal"),
            ],
            Depth::Indexed,
        ),
        (&[("TERM", "xterm-direct")], Depth::True),
        (&[("TERM", "xterm")], Depth::Indexed),
        (&[("TERM", "linux")], Depth::Sixteen),
        (&[("TERM", "vt220")], Depth::Sixteen),
        (&[], Depth::Sixteen),
        (&[("TERM", "tmux-256color"), truecolor], Depth::True),
        (
            &[
                ("TERM", "screen-256color"),
                ("TMUX", "/tmp/x,1,0"),
                truecolor,
            ],
            Depth::True,
        ),
        (
            &[("TERM", "screen-256color"), ("TMUX", "/tmp/x,1,0")],
            Depth::Indexed,
        ),
        (&[("TERM", "screen-256color"), truecolor], Depth::Indexed),
        (&[("TERM", "screen"), truecolor], Depth::Sixteen),
    ] {
        assert_eq!(depth(variables), wanted, "{variables:?}");
    }
}

fn look(name: ThemeName, variables: &'static [(&str, &str)]) -> Look {
    let spec = ThemeSpec {
        name: Some(name),
        colors: Vec::new(),
    };
    Look::new(spec, true, &|wanted| {
        let found = variables.iter().find(|(key, _)| *key == wanted);
        found.map(|(_, value)| value.into())
    })
}

#[test]
fn the_background_decides_where_nobody_else_does() {
    let dark = paint(DARK, &[], Depth::Indexed);
    let light = paint(LIGHT, &[], Depth::Indexed);
    let mut auto = look(ThemeName::Auto, &[("TERM", "xterm")]);
    assert_eq!(auto.theme(), dark);
    auto.learn([250, 250, 240]);
    assert_eq!(auto.theme(), light);
    auto.learn([30, 30, 46]);
    assert_eq!(auto.theme(), dark);

    for (value, wanted) in [
        ("0;15", light),
        ("15;0", dark),
        ("0;default;7", light),
        ("x", dark),
    ] {
        let variables: &[(&str, &str)] = &[("TERM", "xterm"), ("COLORFGBG", value)];
        let look = Look::new(ThemeSpec::default(), true, &|wanted| {
            let found = variables.iter().find(|(key, _)| *key == wanted);
            found.map(|(_, value)| value.into())
        });
        assert_eq!(look.theme(), wanted, "{value}");
    }

    let mut named = look(ThemeName::Dark, &[("TERM", "xterm")]);
    named.learn([255, 255, 255]);
    assert_eq!(named.theme(), dark);
    assert!(!named.depends_on_background() && auto.depends_on_background());
}

#[test]
fn without_colour_there_is_none_whatever_is_wanted() {
    let spec = ThemeSpec {
        name: Some(ThemeName::HighContrast),
        colors: vec![(Role::Bad, Color::Red)],
    };
    let look = Look::new(spec, false, &|_| None);
    assert_eq!(look.theme(), Theme::plain());
    assert!(!look.depends_on_background());
    assert_eq!(look_of_monochrome(), Theme::plain());
}

fn look_of_monochrome() -> Theme {
    look(ThemeName::Monochrome, &[("TERM", "xterm-256color")]).theme()
}

#[test]
fn a_colour_that_is_no_themes_can_be_read_on_light_and_stays_as_it_is_on_dark() {
    let colors = [[255, 95, 135], [80, 250, 123], [255, 200, 60], [255; 3]];
    for depth in [Depth::True, Depth::Indexed] {
        for (palette, least) in [(LIGHT, 4.5), (CONTRAST_LIGHT, 7.0)] {
            let theme = paint(palette, &[], depth);
            for color in colors {
                let [red, green, blue] = theme.legible(color, depth);
                let ink = seen(depth.fit(Color::Rgb(red, green, blue), None)).unwrap();
                for behind in LIGHT_BACKGROUNDS {
                    let contrast = contrast(ink, hex(behind));
                    assert!(contrast >= least, "{color:?} {contrast:.2} on {behind:06x}");
                }
            }
        }
        for palette in [DARK, CONTRAST_DARK] {
            let theme = paint(palette, &[], depth);
            assert!(
                colors
                    .iter()
                    .all(|color| theme.legible(*color, depth) == *color)
            );
        }
    }
}
