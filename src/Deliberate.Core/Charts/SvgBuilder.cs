using System.Globalization;
using System.Text;

namespace Deliberate.Core;

/// <summary>
/// Writes SVG elements into a string. Coordinates are user units with one decimal; every text and attribute from outside goes
/// through <see cref="SafeText"/>. No element gets an id, so that any number of charts share one page.
/// </summary>
internal sealed class SvgBuilder
{
    private readonly StringBuilder _text = new();

    public override string ToString() => _text.ToString();

    public static string Number(double value)
    {
        var rounded = Math.Round(value, 1, MidpointRounding.AwayFromZero);
        return (rounded == 0 ? 0 : rounded).ToString("0.#", CultureInfo.InvariantCulture);
    }

    public SvgBuilder Open(ChartSize size, string title, string description)
    {
        _text.Append(CultureInfo.InvariantCulture, $"<svg class=\"chart\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Number(size.Width)} {Number(size.Height)}\">");
        _text.Append("<title>").Append(SafeText.Escape(title, 300)).Append("</title>");
        _text.Append("<desc>").Append(SafeText.Escape(description, 4000)).Append("</desc>");
        return this;
    }

    public string Close() => _text.Append("</svg>").ToString();

    public SvgBuilder Group(ChartTone tone)
    {
        _text.Append(CultureInfo.InvariantCulture, $"<g class=\"t{(int)tone}\">");
        return this;
    }

    public SvgBuilder EndGroup()
    {
        _text.Append("</g>");
        return this;
    }

    public SvgBuilder Line(string kind, double x1, double y1, double x2, double y2)
    {
        _text.Append($"<line class=\"{kind}\" x1=\"{Number(x1)}\" y1=\"{Number(y1)}\" x2=\"{Number(x2)}\" y2=\"{Number(y2)}\"/>");
        return this;
    }

    public SvgBuilder Rectangle(string kind, double x, double y, double width, double height, double radius = 0, string? hint = null)
    {
        _text.Append($"<rect class=\"{kind}\" x=\"{Number(x)}\" y=\"{Number(y)}\" width=\"{Number(Math.Max(0, width))}\" height=\"{Number(Math.Max(0, height))}\"");
        if (radius > 0) _text.Append($" rx=\"{Number(radius)}\"");
        return End("rect", hint);
    }

    public SvgBuilder Path(string kind, string data, string? dash = null, string? hint = null)
    {
        if (data.Length == 0) return this;
        _text.Append($"<path class=\"{kind}\" d=\"{data}\"");
        if (!string.IsNullOrEmpty(dash)) _text.Append($" stroke-dasharray=\"{dash}\"");
        return End("path", hint);
    }

    /// <summary>A text whose start, middle or end stands at x.</summary>
    public SvgBuilder Text(string kind, double x, double y, string text, string anchor = "start")
    {
        _text.Append($"<text class=\"{kind}\" x=\"{Number(x)}\" y=\"{Number(y)}\"");
        if (anchor != "start") _text.Append($" text-anchor=\"{anchor}\"");
        _text.Append('>').Append(SafeText.Escape(text, 300)).Append("</text>");
        return this;
    }

    /// <summary>A child title: browsers show it under the pointer, without a script.</summary>
    private SvgBuilder End(string element, string? hint)
    {
        if (hint is null) _text.Append("/>");
        else _text.Append("><title>").Append(SafeText.Escape(hint, 300)).Append("</title></").Append(element).Append('>');
        return this;
    }
}
