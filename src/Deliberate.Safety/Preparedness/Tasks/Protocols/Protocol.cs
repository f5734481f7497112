using System.Globalization;
using System.Text.RegularExpressions;
using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>
/// A protocol of kitchen or workshop in steps, some of which can be got wrong in a way that makes it fail. <c>{80}</c> in a step is a
/// quantity for one batch, multiplied by the batches that the seed says.
/// </summary>
internal sealed partial record Protocol(string Name, string Title, IReadOnlyList<string> Steps, IReadOnlyList<ProtocolSlip> Slips)
{
    public string StepOf(int step, int batches) => Scaled(Steps[step - 1], batches);

    /// <summary>With the wrong text in the place of a step, numbered from 1.</summary>
    public string Text(ProtocolSlip slip, int batches) => string.Join('\n', Steps.Select((s, i) => string.Create(CultureInfo.InvariantCulture, $"{i + 1}. {Scaled(i + 1 == slip.Step ? slip.Wrong : s, batches)}")));

    public static string Scaled(string text, int batches) => Quantity().Replace(text, match => (int.Parse(match.Groups["n"].Value, CultureInfo.InvariantCulture) * batches).ToString(CultureInfo.InvariantCulture));

    [GeneratedRegex(@"\{(?<n>[0-9]{1,6})\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Quantity();
}

/// <summary>A slip that makes a protocol fail.</summary>
/// <param name="Step">Of the step, from 1.</param>
/// <param name="Wrong">What stands there instead.</param>
/// <param name="Seen">What whoever follows it sees.</param>
/// <param name="Right">What an answer has to name, any of these, in lower case: the value or the word that the right step has.</param>
internal sealed record ProtocolSlip(int Step, string Wrong, string Seen, params IReadOnlyList<string> Right);
