//! A picture to draw on. Coordinates are pixels from the upper left corner; the font is in the program, so it looks the same on
//! every machine.

use ab_glyph::{Font, FontRef, OutlineCurve, Point};
use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, StrokeDash, Transform,
};

/// Discord shows a picture about half as wide, sharper on the screens that most people have.
pub(crate) const WIDTH: f32 = 1_000.0;

/// `0xRRGGBB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ink(pub(crate) u32);

/// A little darker than Discord's own dark, and quiet enough on its light one.
pub(crate) const PAPER: Ink = Ink(0x0017_191D);
/// Lines to read values by.
pub(crate) const GRID: Ink = Ink(0x002B_2E35);
/// What is read.
pub(crate) const TEXT: Ink = Ink(0x00E4_E6EB);
/// What is read second.
pub(crate) const FAINT: Ink = Ink(0x009A_A0AB);
/// Up, bought.
pub(crate) const UP: Ink = Ink(0x002E_BD85);
/// Down, sold.
pub(crate) const DOWN: Ink = Ink(0x00F0_5A6B);
/// Curves.
pub(crate) const CURVE: Ink = Ink(0x0060_A5FA);
/// What is the user's own.
pub(crate) const OWN: Ink = Ink(0x00FB_BF24);

impl Ink {
    fn paint(self, opacity: f32) -> Paint<'static> {
        let [_, r, g, b] = self.0.to_be_bytes();
        let mut color = Color::from_rgba8(r, g, b, 255);
        color.set_alpha(opacity);
        let mut paint = Paint::default();
        paint.set_color(color);
        paint.anti_alias = true;
        paint
    }
}

/// Where a text stands in respect of its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// It begins there.
    Start,
    /// Its middle is there.
    Middle,
    /// It ends there.
    End,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Type {
    pub(crate) size: f32,
    pub(crate) ink: Ink,
    pub(crate) bold: bool,
}

impl Type {
    pub(crate) const fn plain(size: f32, ink: Ink) -> Self {
        Self { size, ink, bold: false }
    }

    pub(crate) const fn bold(size: f32, ink: Ink) -> Self {
        Self { size, ink, bold: true }
    }
}

/// The picture.
pub(crate) struct Canvas {
    pixels: Pixmap,
    plain: FontRef<'static>,
    bold: FontRef<'static>,
}

impl Canvas {
    /// An empty picture. `None` only when there is no memory for it.
    pub(crate) fn new(width: u32, height: u32) -> Option<Self> {
        let mut pixels = Pixmap::new(width, height)?;
        let [_, r, g, b] = PAPER.0.to_be_bytes();
        pixels.fill(Color::from_rgba8(r, g, b, 255));
        let plain = FontRef::try_from_slice(include_bytes!("../../fonts/Inter-Medium.otf")).ok()?;
        let bold = FontRef::try_from_slice(include_bytes!("../../fonts/Inter-SemiBold.otf")).ok()?;
        Some(Self { pixels, plain, bold })
    }

    /// The picture as a file.
    pub(crate) fn png(&self) -> Option<Vec<u8>> {
        self.pixels.encode_png().ok()
    }

    pub(crate) fn rect(&mut self, x: f32, y: f32, width: f32, height: f32, ink: Ink, opacity: f32) {
        // Thinner than a hair would not be seen.
        if let Some(rect) = Rect::from_xywh(x, y, width.max(1.0), height.max(1.0)) {
            self.pixels.fill_rect(rect, &ink.paint(opacity), Transform::identity(), None);
        }
    }

    /// A filled bar with round ends.
    pub(crate) fn pill(&mut self, x: f32, y: f32, width: f32, height: f32, ink: Ink) {
        let radius = height / 2.0;
        let width = (width - height).max(0.1);
        let Some(path) = line_of(&[(x + radius, y + radius), (x + radius + width, y + radius)]) else { return };
        let stroke = Stroke { width: height, line_cap: LineCap::Round, ..Stroke::default() };
        self.pixels.stroke_path(&path, &ink.paint(1.0), &stroke, Transform::identity(), None);
    }

    pub(crate) fn line(&mut self, points: &[(f32, f32)], width: f32, ink: Ink) {
        self.stroke(points, width, ink, None);
    }

    pub(crate) fn dashes(&mut self, points: &[(f32, f32)], width: f32, ink: Ink) {
        self.stroke(points, width, ink, StrokeDash::new(vec![6.0, 6.0], 0.0));
    }

    fn stroke(&mut self, points: &[(f32, f32)], width: f32, ink: Ink, dash: Option<StrokeDash>) {
        let Some(path) = line_of(points) else { return };
        let stroke = Stroke { width, line_join: LineJoin::Round, dash, ..Stroke::default() };
        self.pixels.stroke_path(&path, &ink.paint(1.0), &stroke, Transform::identity(), None);
    }

    /// The area between a line and a level.
    pub(crate) fn area(&mut self, points: &[(f32, f32)], level: f32, ink: Ink, opacity: f32) {
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
        let closed: Vec<_> =
            [(first.0, level)].into_iter().chain(points.iter().copied()).chain([(last.0, level)]).collect();
        self.polygon(&closed, ink, opacity);
    }

    pub(crate) fn polygon(&mut self, points: &[(f32, f32)], ink: Ink, opacity: f32) {
        let Some(path) = line_of(points) else { return };
        self.fill(&path, ink, opacity);
    }

    fn fill(&mut self, path: &Path, ink: Ink, opacity: f32) {
        self.pixels.fill_path(path, &ink.paint(opacity), FillRule::Winding, Transform::identity(), None);
    }

    /// Writes on the line `y`. What the font does not have is left out.
    pub(crate) fn text(&mut self, (x, y): (f32, f32), anchor: Anchor, look: Type, text: &str) {
        let width = self.width(look, text);
        let mut pen = match anchor {
            Anchor::Start => x,
            Anchor::Middle => x - width / 2.0,
            Anchor::End => x - width,
        };
        let font = if look.bold { &self.bold } else { &self.plain };
        let scale = look.size / font.height_unscaled();
        let mut path = PathBuilder::new();
        for c in text.chars() {
            let glyph = font.glyph_id(c);
            if let Some(outline) = font.outline(glyph).filter(|_| glyph.0 != 0) {
                write(&mut path, &outline.curves, |at| (pen + at.x * scale, y - at.y * scale));
            }
            pen += font.h_advance_unscaled(glyph) * scale;
        }
        if let Some(path) = path.finish() {
            self.fill(&path, look.ink, 1.0);
        }
    }

    /// [`Canvas::text`] on a ground of its own, legible in the midst of other things.
    pub(crate) fn label(&mut self, (x, y): (f32, f32), anchor: Anchor, look: Type, text: &str) {
        let width = self.width(look, text);
        let left = match anchor {
            Anchor::Start => x,
            Anchor::Middle => x - width / 2.0,
            Anchor::End => x - width,
        };
        self.rect(left - 5.0, y - look.size + 2.0, width + 10.0, look.size + 3.0, PAPER, 0.82);
        self.text((x, y), anchor, look, text);
    }

    /// How wide a text is.
    pub(crate) fn width(&self, look: Type, text: &str) -> f32 {
        let font = if look.bold { &self.bold } else { &self.plain };
        let scale = look.size / font.height_unscaled();
        text.chars().map(|c| font.h_advance_unscaled(font.glyph_id(c)) * scale).sum()
    }
}

fn line_of(points: &[(f32, f32)]) -> Option<Path> {
    let (first, rest) = points.split_first()?;
    let mut path = PathBuilder::new();
    path.move_to(first.0, first.1);
    for (x, y) in rest {
        path.line_to(*x, *y);
    }
    path.finish()
}

/// A glyph's curves; where one does not begin at the end of the one before, another contour begins.
fn write(path: &mut PathBuilder, curves: &[OutlineCurve], place: impl Fn(Point) -> (f32, f32)) {
    let mut end: Option<Point> = None;
    for curve in curves {
        let (from, to) = match curve {
            OutlineCurve::Line(from, to) | OutlineCurve::Quad(from, _, to) | OutlineCurve::Cubic(from, _, _, to) => {
                (*from, *to)
            }
        };
        if end != Some(from) {
            if end.is_some() {
                path.close();
            }
            let (x, y) = place(from);
            path.move_to(x, y);
        }
        let (x, y) = place(to);
        match curve {
            OutlineCurve::Line(..) => path.line_to(x, y),
            OutlineCurve::Quad(_, by, _) => {
                let by = place(*by);
                path.quad_to(by.0, by.1, x, y);
            }
            OutlineCurve::Cubic(_, one, two, _) => {
                let (one, two) = (place(*one), place(*two));
                path.cubic_to(one.0, one.1, two.0, two.1, x, y);
            }
        }
        end = Some(to);
    }
    if end.is_some() {
        path.close();
    }
}
