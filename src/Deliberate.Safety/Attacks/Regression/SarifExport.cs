using System.Reflection;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>
/// Attacks that worked, as SARIF 2.1.0, which code hosts show beside a change: a rule an attack, a result a case, placed at its line of the
/// file of cases. Requests and answers stay in that file: what is shown to many is which attack broke which goal.
/// </summary>
internal static class SarifExport
{
    /// <param name="path">Of the SARIF file.</param>
    /// <param name="casesFile">The file that holds the cases, a line each in their order.</param>
    /// <param name="cases">All of them.</param>
    /// <param name="works">Whether one works now; null where it was found now.</param>
    public static void Write(string path, string casesFile, IReadOnlyList<RegressionCase> cases, Func<RegressionCase, bool>? works = null) => AtomicFile.Write(path, stream =>
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("$schema"u8, "https://json.schemastore.org/sarif-2.1.0.json"u8);
        json.WriteString("version"u8, "2.1.0"u8);
        json.WriteStartArray("runs"u8);
        json.WriteStartObject();
        json.WriteStartObject("tool"u8);
        json.WriteStartObject("driver"u8);
        json.WriteString("name"u8, "deliberate attack"u8);
        json.WriteString("version"u8, typeof(SarifExport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]);
        json.WriteStartArray("rules"u8);
        string[] rules = [.. cases.Select(c => c.Attack).Distinct(StringComparer.Ordinal)];
        foreach (var rule in rules)
        {
            var attack = AttackList.All.FirstOrDefault(a => a.Name == rule);
            json.WriteStartObject();
            json.WriteString("id"u8, rule);
            json.WriteStartObject("shortDescription"u8);
            json.WriteString("text"u8, attack?.About ?? $"the chain {rule}");
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("results"u8);
        for (var i = 0; i < cases.Count; i++)
        {
            if (works?.Invoke(cases[i]) == false) continue;
            Write(json, cases[i], casesFile, i + 1, Array.IndexOf(rules, cases[i].Attack));
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, RegressionCase one, string file, int line, int rule)
    {
        json.WriteStartObject();
        json.WriteString("ruleId"u8, one.Attack);
        json.WriteNumber("ruleIndex"u8, rule);
        json.WriteString("level"u8, "error"u8);
        json.WriteStartObject("message"u8);
        json.WriteString("text"u8, $"{one.Attack} breaks goal {one.Goal.Id}{(one.Goal.Category.Length > 0 ? $" ({one.Goal.Category})" : "")} of {one.Goals} on {one.Model}.");
        json.WriteEndObject();
        json.WriteStartArray("locations"u8);
        json.WriteStartObject();
        json.WriteStartObject("physicalLocation"u8);
        json.WriteStartObject("artifactLocation"u8);
        json.WriteString("uri"u8, file.Replace('\\', '/'));
        json.WriteEndObject();
        json.WriteStartObject("region"u8);
        json.WriteNumber("startLine"u8, line);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("partialFingerprints"u8);
        json.WriteString("case"u8, one.Id);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
