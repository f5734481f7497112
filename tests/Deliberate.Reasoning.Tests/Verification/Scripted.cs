namespace Deliberate.Reasoning.Tests;

/// <summary>Verifiers that are shell scripts, and samples to give them.</summary>
internal sealed class Scripted : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Folder => _folder.Root;

    /// <summary>Skips the test where bubblewrap is missing or does not work, saying why.</summary>
    public static void NeedsSandbox() => Assert.SkipWhen(Sandbox.WhyNot() is not null, $"{Sandbox.WhyNot()} (scripts/install-test-tools.sh installs it).");

    public static Sample Sample(int number = 0, string completion = "<think>2+3=5</think>5", string answer = "5") => new()
    {
        Problem = new Problem("own", 1, Split.Train, 7, "2+3=", $$"""{"prompt": "2+3=", "answer": "{{answer}}", "id": "sum-7", "extra": [1]}""", "2+3=", answer),
        Attempt = number,
        Completion = completion,
        Answer = AnswerExtraction.Extract(completion, AnswerFormat.Whole),
    };

    public CommandVerifierOptions Options(string script, bool sandboxed, CommandMode mode = CommandMode.PerSample, double seconds = 30)
    {
        _folder.File("check.sh", script);
        return new CommandVerifierOptions
        {
            Command = ["sh", "check.sh"],
            Folder = Folder,
            Mode = mode,
            Sandbox = sandboxed ? SandboxUse.Required : SandboxUse.Off,
            Timeout = TimeSpan.FromSeconds(seconds),
            StartAllowance = TimeSpan.Zero,
            MemoryMegabytes = 64,
            FileMegabytes = 4,
        };
    }

    public Verdict Verify(CommandVerifierOptions options, Sample? sample = null)
    {
        using var verifier = new CommandVerifier(options);
        return Ask(verifier, sample ?? Sample(), TestContext.Current.CancellationToken);
    }

    public static Verdict Ask(CommandVerifier verifier, Sample sample, CancellationToken cancellation) => verifier.Run([sample], cancellation)[0];

    public void Dispose() => _folder.Dispose();
}
