namespace Deliberate.Safety;

/// <summary>The request as it is, as often as the budget allows: what sampling alone breaks, and the baseline of every other attack.</summary>
internal sealed class DirectAttack : IAttack
{
    public string Name => "direct";

    public string About => "the request as it is, again and again";

    public AttackKind Kind => AttackKind.Direct;

    public async Task RunAsync(AttackContext context, CancellationToken cancellation)
    {
        while (context.CanQuery)
        {
            await context.AskPlainAsync(cancellation).ConfigureAwait(false);
            if (context.Options.Temperature == 0) return;
        }
    }
}
