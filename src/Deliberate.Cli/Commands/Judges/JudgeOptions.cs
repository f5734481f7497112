using System.CommandLine;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Cli;

/// <summary>The options of commands that judge: the judging model, the policy, the configuration.</summary>
internal sealed class JudgeOptions
{
    private readonly Option<string?> _model = new("--judge-model") { HelpName = "model", Description = "The judging model, for judges that are a rubric: PROVIDER:NAME of deliberate.yaml, a checkpoint, replay:FILE, mock:TEXT." };
    private readonly Option<string?> _policy = new("--policy") { HelpName = "file", Description = "The policy that policy judges by: a file, the folder of a specification, or a shipped one (general); ours without it." };
    private readonly ConfigurationOptions _configuration = new();

    public void AddTo(Command command)
    {
        command.Add(_model);
        command.Add(_policy);
        _configuration.AddTo(command);
    }

    public string? Policy(ParseResult parsed) => parsed.GetValue(_policy);

    public Judging Open(ParseResult parsed) => Open(parsed, parsed.GetValue(_model));

    /// <summary>Another model than the judge, by the same configuration; nobody where it is null.</summary>
    public Judging Open(ParseResult parsed, string? name)
    {
        if (name is null) return new Judging(null, null);
        var configuration = _configuration.Load(parsed);
        var handlers = new ProviderHandlers(configuration);
        try
        {
            var models = new EvaluationModels(configuration, handlers) { Checkpoint = path => EvaluationSession.Checkpoint(path, threads: 0) };
            models.CheckAsync([name], CancellationToken.None).GetAwaiter().GetResult();
            return new Judging(models.Open(name), handlers);
        }
        catch
        {
            handlers.Dispose();
            throw;
        }
    }

    /// <summary>A judging model and what it is reached by.</summary>
    internal sealed class Judging(EvaluationModel? model, ProviderHandlers? handlers) : IDisposable
    {
        /// <summary>Null where none is named.</summary>
        public EvaluationModel? Model => model;

        public void Dispose()
        {
            model?.DisposeAsync().AsTask().GetAwaiter().GetResult();
            handlers?.Dispose();
        }
    }
}
