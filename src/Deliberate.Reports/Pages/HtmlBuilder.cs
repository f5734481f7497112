using System.Text;
using Deliberate.Core;

namespace Deliberate.Reports;

/// <summary>
/// Writes HTML that is XML too (closed elements, quoted attributes), so that a parser can vouch for it. Text from outside enters
/// only through <see cref="Text"/>, <see cref="Element"/> and <see cref="Prose"/>, which escape it.
/// </summary>
internal sealed class HtmlBuilder
{
    private readonly StringBuilder _html = new();

    /// <summary>A piece by itself.</summary>
    public static string Of(Action<HtmlBuilder> write)
    {
        var html = new HtmlBuilder();
        write(html);
        return html.ToString();
    }

    public override string ToString() => _html.ToString();

    /// <summary>Markup of our own, or already safe.</summary>
    public HtmlBuilder Raw(string html)
    {
        _html.Append(html);
        return this;
    }

    public HtmlBuilder Open(string element, string kind = "") => Raw(kind.Length == 0 ? $"<{element}>" : $"<{element} class=\"{kind}\">");

    public HtmlBuilder Close(string element) => Raw($"</{element}>\n");

    public HtmlBuilder Text(string text, int cap = 20_000) => Raw(SafeText.Escape(text, cap));

    /// <summary>An element around escaped text; nothing where the text is empty.</summary>
    public HtmlBuilder Element(string element, string text, string kind = "", int cap = 20_000) =>
        text.Length == 0 ? this : Open(element, kind).Text(text, cap).Close(element);

    /// <summary>An element around text in which `backticks` set code; nothing where the text is empty.</summary>
    public HtmlBuilder Prose(string element, string text, string kind = "") =>
        text.Length == 0 ? this : Open(element, kind).Inline(text).Close(element);

    /// <summary>Escaped text in which `backticks` set code.</summary>
    public HtmlBuilder Inline(string text)
    {
        var parts = text.Split('`');
        for (var i = 0; i < parts.Length; i++)
        {
            var isCode = i % 2 == 1 && i < parts.Length - 1;
            if (isCode) Raw("<code>").Text(parts[i]).Raw("</code>");
            else Text(i % 2 == 1 ? "`" + parts[i] : parts[i]);
        }

        return this;
    }
}
