"""An app for Modal (modal.com) that makes pictures for imggen: `"provider": "modal"`.

Deploy it and name its address:

    pip install modal && modal setup
    modal deploy docs/modal_app.py          # prints https://WORKSPACE--imggen-web.modal.run

    "provider": "modal",
    "providers": { "modal": { "baseUrl": "https://WORKSPACE--imggen-web.modal.run", "priceUsd": 0.01 } }

A proxy auth token of your workspace (modal.com/settings/proxy-auth-tokens) goes into MODAL_KEY and MODAL_SECRET.

What imggen asks for, and what keeps a picture from being paid twice:

- POST /submit takes a job once for its `job_key`: a second request with the same key gets the first one's call.
- GET /job/KEY tells what became of a request whose answer was lost.
- GET /result/CALL answers 202 until there is a picture; Modal keeps it for 7 days.
- One job is one call: no retries.
"""

import modal

MODEL = "stabilityai/sdxl-turbo"
STEPS = 4
CLAIMED = "claimed"

app = modal.App("imggen")
# job_key -> the id of its call, or CLAIMED for the moment until it has one. Modal forgets entries after 7 days.
jobs = modal.Dict.from_name("imggen-jobs", create_if_missing=True)

web_image = modal.Image.debian_slim(python_version="3.12").pip_install("fastapi[standard]==0.116.0")
gpu_image = modal.Image.debian_slim(python_version="3.12").pip_install(
    "accelerate==1.10.0", "diffusers==0.35.1", "torch==2.8.0", "transformers==4.56.0"
)


@app.cls(image=gpu_image, gpu="L4", timeout=600, scaledown_window=60)
class Painter:
    @modal.enter()
    def load(self):
        import torch
        from diffusers import AutoPipelineForText2Image

        self.pipeline = AutoPipelineForText2Image.from_pretrained(
            MODEL, torch_dtype=torch.float16, variant="fp16"
        ).to("cuda")

    @modal.method()
    def make(self, job: dict) -> bytes:
        """Makes one picture. What it raises is told to imggen as the reason."""
        import io

        import torch

        seed = job.get("seed")
        generator = None if seed is None else torch.Generator("cuda").manual_seed(seed)
        picture = self.pipeline(
            prompt=job["prompt"],
            negative_prompt=job.get("negative_prompt"),
            width=job["width"],
            height=job["height"],
            num_inference_steps=STEPS,
            guidance_scale=0.0,
            generator=generator,
        ).images[0]
        file = io.BytesIO()
        picture.save(file, format="PNG")
        return file.getvalue()


@app.function(image=web_image)
@modal.concurrent(max_inputs=100)
@modal.asgi_app(requires_proxy_auth=True)
def web():
    from fastapi import FastAPI, HTTPException, Response
    from fastapi.responses import JSONResponse
    from pydantic import BaseModel, ConfigDict

    api = FastAPI()

    class Job(BaseModel):
        """What imggen sends. A field that is not here is refused, so that nothing is dropped in silence."""

        model_config = ConfigDict(extra="forbid")
        job_key: str
        prompt: str
        negative_prompt: str | None = None
        seed: int | None = None
        width: int
        height: int

    @api.post("/submit")
    def submit(job: Job):
        # Only one request of all gets True: that one makes the call.
        if jobs.put(job.job_key, CLAIMED, skip_if_exists=True):
            call = Painter().make.spawn(job.model_dump())
            jobs[job.job_key] = call.object_id
            return {"call_id": call.object_id}
        call_id = jobs[job.job_key]
        if call_id == CLAIMED:
            raise HTTPException(409, "this job is being taken by another request")
        return {"call_id": call_id}

    @api.get("/job/{job_key}")
    def find(job_key: str):
        call_id = jobs.get(job_key)
        if call_id is None:
            return {"state": "absent"}
        return {"state": CLAIMED} if call_id == CLAIMED else {"state": "accepted", "call_id": call_id}

    @api.get("/result/{call_id}")
    def result(call_id: str):
        try:
            picture = modal.FunctionCall.from_id(call_id).get(timeout=0)
        except modal.exception.OutputExpiredError:
            raise HTTPException(410, "the result has expired") from None
        except TimeoutError:
            return JSONResponse({}, status_code=202)
        except modal.exception.NotFoundError:
            raise HTTPException(404, "there is no such call") from None
        except Exception as error:
            return {"error": str(error)}
        return Response(picture, media_type="image/png")

    @api.post("/cancel/{call_id}")
    def cancel(call_id: str):
        modal.FunctionCall.from_id(call_id).cancel()
        return {}

    @api.get("/health")
    def health():
        return {"ok": True}

    return api
