using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// Refuses a file of problems of which too many have a reference that the grader cannot read: nothing the model may write would
/// be right there, and a run would train on the rest, or on nothing, without a word. Up to the limit such problems are left out.
/// </summary>
internal static class UnreadableReferences
{
    /// <summary>Share of a file's problems, where the recipe says nothing: what a verifier may fail on, too.</summary>
    public const double UsualShare = 0.05;

    public const string Advice = "Correct the reference, or choose another grader (problems.grader, or \"grader\" in the line). A worked solution must mark its answer, by \\boxed{} or behind #### on its last line.";

    /// <param name="file">The file.</param>
    /// <param name="lines">Problems in it.</param>
    /// <param name="unreadable">Those whose reference cannot be read.</param>
    /// <param name="most">Share that is allowed.</param>
    /// <exception cref="UserError">There are more.</exception>
    public static void Check(string file, int lines, IReadOnlyList<UserError> unreadable, double most)
    {
        if (unreadable.Count <= most * lines) return;
        var first = unreadable[0];
        throw new UserError(
            string.Create(CultureInfo.InvariantCulture, $"{unreadable.Count} of the {lines} references of the file cannot be read by their grader, more than the allowed {100 * most:0.##}%. The first: {first.Problem}"),
            file, first.Line, field: OwnProblem.Answer, advice: $"{Advice} A larger problems.max_unreadable leaves such problems out.");
    }
}
