using Deliberate.Core;
using Deliberate.Models;

namespace ModelOnTheWeb;

/// <summary>One model, any number of browsers: dotnet run -c Release MODEL, then open http://localhost:5000.</summary>
public static class Program
{
    private const string Page = """
        <!doctype html><meta charset="utf-8"><title>A model</title>
        <form><input name="prompt" size="60" autofocus><button>Go on</button></form><pre></pre>
        <script>
        document.forms[0].onsubmit = async e => {
          e.preventDefault();
          const out = document.querySelector('pre'), url = '/stream?prompt=' + encodeURIComponent(e.target.prompt.value);
          out.textContent = e.target.prompt.value;
          for await (const piece of (await fetch(url)).body.pipeThrough(new TextDecoderStream())) out.textContent += piece;
        };
        </script>
        """;

    public static async Task Main(string[] args)
    {
        using var model = TextModel.Open(args[0], hosting: new ModelHostOptions { Slots = 8, QueueLimit = 100 });
        await using var application = Build(model, args[1..]);
        await application.RunAsync();
    }

    public static WebApplication Build(TextModel model, params string[] args)
    {
        var application = WebApplication.CreateBuilder(args).Build();
        application.MapGet("/", () => Results.Content(Page, "text/html; charset=utf-8"));
        application.MapGet("/stream", async (string prompt, int? tokens, HttpContext context) =>
        {
            context.Response.ContentType = "text/plain; charset=utf-8";
            try
            {
                await foreach (var piece in model.StreamAsync(prompt, new GenerateOptions { MaxTokens = tokens ?? 200 }, context.RequestAborted))
                    await context.Response.WriteAsync(piece, context.RequestAborted);
            }
            catch (UserError error) when (!context.Response.HasStarted)
            {
                context.Response.StatusCode = error.Field == "queue_limit" ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status400BadRequest;
                await context.Response.WriteAsync(error.Message);
            }
        });
        return application;
    }
}
