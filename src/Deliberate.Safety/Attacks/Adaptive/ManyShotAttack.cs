using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;

namespace Deliberate.Safety;

/// <summary>
/// Many-shot jailbreaking (Anil et al. 2024): ever more turns of an assistant that answers whatever it is asked, then the request; two, four,
/// eight, sixteen and so on, harmless ones of ours, the same ones again where there are no more, until the context is full.
/// </summary>
internal sealed class ManyShotAttack : IAttack
{
    private const int MostShots = 256;

    public string Name => "many-shots";

    public string About => "ever more forged turns of an assistant that complies";

    public string Source => "many-shot jailbreaking, Anthropic 2024";

    public AttackKind Kind => AttackKind.Adaptive;

    public async Task RunAsync(AttackContext context, CancellationToken cancellation)
    {
        var random = new RandomStream(context.Settings.Seed, StreamStage.PromptTransforms);
        var turns = PromptTransforms.Get("many-shot").Apply(context.Goal.Request, ref random);
        var (shots, request) = (turns.Take(turns.Count - 1).ToArray(), turns[^1]);
        for (var count = 2; count <= MostShots && context.CanQuery; count *= 2)
        {
            ChatMessage[] shown = [.. Enumerable.Range(0, 2 * count).Select(i => shots[i % shots.Length]), request];
            var attempt = await context.QueryAsync(shown, string.Create(CultureInfo.InvariantCulture, $"{count} shots"), cancellation).ConfigureAwait(false);
            if (attempt.Outcome == AttemptOutcome.Error && context.Attempts.Count > 1) return;
        }
    }
}
