using System.Globalization;
using System.Text;
using System.Xml;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// JUnit XML, which every CI system shows: a test case a sample, by its item as the class. A wrong answer is a failure, an outcome that
/// says nothing of the model an error, what cannot be read or was cut a failure with that word; so that the counts of a CI page are
/// those of the log.
/// </summary>
internal static class JUnitExport
{
    private const int LongestText = 4000;

    public static void Write(LoggedEvaluation log, string path, CancellationToken cancellation = default) => AtomicFile.Write(path, stream =>
    {
        using var xml = XmlWriter.Create(stream, new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(false), CloseOutput = false, CheckCharacters = false });
        xml.WriteStartDocument();
        xml.WriteStartElement("testsuites");
        xml.WriteStartElement("testsuite");
        var table = log.Table;
        var rows = Enumerable.Range(0, table.Count).Select(i => table[i]).ToArray();
        Attribute(xml, "name", $"{log.Task} {log.Model}".Trim());
        Attribute(xml, "tests", table.Count);
        Attribute(xml, "failures", rows.Count(r => IsFailure(r.Outcome)));
        Attribute(xml, "errors", rows.Count(r => r.Outcome != SampleOutcome.Pass && !IsFailure(r.Outcome)));
        Attribute(xml, "skipped", 0);
        xml.WriteStartElement("properties");
        Property(xml, "log.hash", log.Hash);
        foreach (var measure in log.Measures) Property(xml, measure.Slice.Length > 0 ? $"{measure.Name}[{measure.Slice}]" : measure.Name, string.Create(CultureInfo.InvariantCulture, $"{measure.Value} ({measure.Low} to {measure.High}, n = {measure.N})"));
        xml.WriteEndElement();
        foreach (var sample in log.Samples())
        {
            cancellation.ThrowIfCancellationRequested();
            Write(xml, log, sample);
        }

        xml.WriteEndElement();
        xml.WriteEndElement();
        xml.WriteEndDocument();
    });

    private static void Write(XmlWriter xml, LoggedEvaluation log, LoggedSample sample)
    {
        xml.WriteStartElement("testcase");
        Attribute(xml, "classname", log.Task);
        Attribute(xml, "name", sample.Id);
        Attribute(xml, "time", sample.ModelSeconds.ToString("0.###", CultureInfo.InvariantCulture));
        if (sample.Verdict.Outcome != SampleOutcome.Pass)
        {
            xml.WriteStartElement(IsFailure(sample.Verdict.Outcome) ? "failure" : "error");
            Attribute(xml, "type", RecipeWriter.Scalar(sample.Verdict.Outcome));
            Attribute(xml, "message", sample.Verdict.Reason);
            xml.WriteString(Legal($"asked:\n{sample.Prompt}\n\nanswered:\n{sample.Reply}\n\nexpected:\n{sample.Reference}\n"));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static bool IsFailure(SampleOutcome outcome) => outcome is SampleOutcome.Fail or SampleOutcome.CutWhileThinking or SampleOutcome.Unscored;

    private static void Property(XmlWriter xml, string name, string value)
    {
        xml.WriteStartElement("property");
        Attribute(xml, "name", name);
        Attribute(xml, "value", value);
        xml.WriteEndElement();
    }

    private static void Attribute(XmlWriter xml, string name, int value) => xml.WriteAttributeString(name, value.ToString(CultureInfo.InvariantCulture));

    private static void Attribute(XmlWriter xml, string name, string value) => xml.WriteAttributeString(name, Legal(value));

    /// <summary>XML 1.0 has no word for most control characters, which models write.</summary>
    private static string Legal(string text)
    {
        if (text.Length > LongestText) text = text[..LongestText] + "…";
        var legal = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i]))
            {
                legal.Append(text, i++, 2);
                continue;
            }

            legal.Append(XmlConvert.IsXmlChar(text[i]) ? text[i] : '\uFFFD');
        }

        return legal.ToString();
    }
}
