using System.Globalization;
using System.Text;
using System.Xml;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>Requirements as JUnit XML, a test case each: one that does not hold is a failure, one that cannot be told an error.</summary>
internal static class RequirementsJUnit
{
    public static void Write(string path, IReadOnlyList<RequirementResult> requirements) => AtomicFile.Write(path, stream =>
    {
        using var xml = XmlWriter.Create(stream, new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(false), CloseOutput = false });
        xml.WriteStartDocument();
        xml.WriteStartElement("testsuite");
        xml.WriteAttributeString("name", "deliberate eval");
        xml.WriteAttributeString("tests", Count(requirements.Count));
        xml.WriteAttributeString("failures", Count(requirements.Count(r => r.Finding == RequirementFinding.Fails)));
        xml.WriteAttributeString("errors", Count(requirements.Count(r => r.Finding == RequirementFinding.Inconclusive)));
        foreach (var one in requirements)
        {
            xml.WriteStartElement("testcase");
            xml.WriteAttributeString("classname", one.Model);
            xml.WriteAttributeString("name", one.Requirement.Text);
            if (one.Finding == RequirementFinding.Holds) xml.WriteElementString("system-out", one.Why);
            else
            {
                xml.WriteStartElement(one.Finding == RequirementFinding.Fails ? "failure" : "error");
                xml.WriteAttributeString("message", one.Finding == RequirementFinding.Fails ? one.Why : $"inconclusive: {one.Why}");
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        xml.WriteEndElement();
        xml.WriteEndDocument();
    });

    private static string Count(int count) => count.ToString(CultureInfo.InvariantCulture);
}
