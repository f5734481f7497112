using Deliberate.Core;
using Deliberate.Models;

namespace ModelOnTheWeb;

/// <summary>One model, any number of browsers: dotnet run -c Release MODEL, then open http://localhost:5000.</summary>
public static class Program
{
    private const string Page = """
        <!doctype html><meta charset="utf-8"><title>A model</title>
        <form><input name="prompt" size="60" autofocus><button>Go on</button></form><pre></pre>
        <script>document.forms[0].onsubmit = async e => { e.preventDefault();
          const out = document.querySelector('pre'), prompt = out.textContent = e.target.prompt.value;
          const answer = await fetch('/stream?prompt=' + encodeURIComponent(prompt));
          for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) out.textContent += piece;
        };</script>
        """;

    public static void Main(string[] args) => Build(TextModel.Open(args[0], hosting: new ModelHostOptions { QueueLimit = 100 }), args[1..]).Run();

    public static WebApplication Build(TextModel model, params string[] args)
    {
        var application = WebApplication.CreateBuilder(args).Build();
        application.MapGet("/", () => Results.Content(Page, "text/html; charset=utf-8"));
        application.MapGet("/stream", async (string prompt, int? tokens, HttpResponse response, CancellationToken gone) =>
        {
            response.ContentType = "text/plain; charset=utf-8";
            try
            {
                await foreach (var piece in model.StreamAsync(prompt, new GenerateOptions { MaxTokens = tokens ?? 200 }, gone)) await response.WriteAsync(piece, gone);
            }
            catch (UserError error) when (!response.HasStarted)
            {
                response.StatusCode = error.Field == "queue_limit" ? 503 : 400;
                await response.WriteAsync(error.Message, gone);
            }
        });
        return application;
    }
}
