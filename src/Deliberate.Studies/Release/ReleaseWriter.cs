using System.Globalization;
using System.Text.Json.Nodes;
using Deliberate.Safety;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>What a release is made from.</summary>
/// <param name="Checkpoint">The model that would go out.</param>
/// <param name="Pre">Before its mitigations; null for none.</param>
/// <param name="Evidence">Folders and logs.</param>
/// <param name="Policy">A file, or a shipped policy's name.</param>
/// <param name="Run">The run that trained it.</param>
/// <param name="Folder">Where gate and card go.</param>
/// <param name="Command">What makes them again.</param>
internal sealed record ReleaseInput(string Checkpoint, string? Pre, IReadOnlyList<string> Evidence, string Policy, string Run, string Folder, string Command);

/// <summary>Gate and card of a model, as <c>deliberate gate</c> and <c>deliberate card</c> write them, from what a study measured.</summary>
internal static class ReleaseWriter
{
    public const string CardName = "card.html";

    public static (GateResult Gate, SystemCard Card) Write(ReleaseInput input, DateTimeOffset now, CancellationToken cancellation)
    {
        var policy = PolicyFile.Read(input.Policy, DateOnly.FromDateTime(now.UtcDateTime));
        var models = new GateModels(Gate.ModelOf(input.Checkpoint, input.Checkpoint, cancellation), input.Pre is { } pre ? Gate.ModelOf(pre, pre, cancellation) : null);
        var evidence = GateEvidence.Read(input.Evidence);
        var result = Gate.Run(policy, GateAction.Deploy, models, evidence, now);
        result.Write(input.Folder, input.Command);
        var card = CardBuilder.Build(new CardInput(models, evidence, RunEvidence.Read(input.Run), WrittenGateResult.Read(input.Folder), input.Folder, input.Command), now);
        CardFile.Write(card, Path.Combine(input.Folder, CardName));
        return (result, card);
    }

    /// <summary>What a card says, in a few words.</summary>
    public static string Said(JsonObject card) => $"{Counted(card, "figures", "figure")}, {Counted(card, "gaps", "empty place")}";

    private static string Counted(JsonObject card, string list, string one)
    {
        var count = card[list]!.AsArray().Count;
        return string.Create(CultureInfo.InvariantCulture, $"{count} {one}{(count == 1 ? "" : "s")}");
    }
}
